//! Recorded answers: what the scheme of the module above gives, bit for bit.
//!
//! A second implementation of the documented scheme, in another language, gave the same numbers; only those of `log_float` and of
//! the continuous distributions are recorded from this one, because logarithms elsewhere differ in their last bits. They never change under one version tag:
//! a failing test here means that every dataset would change.

use rand::Rng;
use rand_pcg::Pcg64;

use super::address::{Address, Key, Path};
use super::{Distribution, MOST_RANKS, Permutation, Quota, QuotaCache, Share, Stream, Weight, Weights, Zipf};

fn mood() -> Key {
    Path::new("hello").name("mood").key(0)
}

fn price() -> Key {
    Path::new("hello").name("wares").each().name("price").key(0)
}

fn at(index: u64) -> Stream {
    mood().stream(Address::record(index))
}

/// One draw for each of the records 0 to 7.
fn eight<T>(mut draw: impl FnMut(&mut Stream) -> T) -> [T; 8] {
    std::array::from_fn(|index| draw(&mut at(index as u64)))
}

/// The first four draws of record 0.
fn four<T>(mut draw: impl FnMut(&mut Stream) -> T) -> [T; 4] {
    let mut stream = at(0);
    std::array::from_fn(|_| draw(&mut stream))
}

fn words(key: Key, address: Address) -> [u64; 4] {
    let mut stream = key.stream(address);
    std::array::from_fn(|_| stream.next_u64())
}

#[test]
fn the_generator_crate_gives_the_reference_vectors() {
    let mut reference = Pcg64::new(42, 54);
    let words: [u64; 3] = std::array::from_fn(|_| reference.next_u64());
    assert_eq!(words, [0x86b1_da1d_7206_2b68, 0x1304_aa46_c985_3d39, 0xa367_0e9e_0dd5_0358]);
}

#[test]
fn a_length_is_eight_bytes_before_its_part() {
    let mut text = vec![8, 0, 0, 0, 0, 0, 0, 0];
    text.extend(b"dictum/1");
    text.extend([8, 0, 0, 0, 0, 0, 0, 0]);
    text.extend([0x15, 0xCD, 0x5B, 0x07, 0, 0, 0, 0]);
    text.extend([2, 0, 0, 0, 0, 0, 0, 0]);
    text.extend("é".as_bytes());
    let digest = crate::digest::Digest::of(&text);
    let key = Key::new(123_456_789, ["é"]);
    assert_eq!(key.state.to_le_bytes(), digest.bytes()[..16]);
    assert_eq!(key.stream.to_le_bytes(), digest.bytes()[16..]);
}

#[test]
fn keys() {
    let hello = Key::new(0, ["hello"]);
    assert_eq!(hello.state, 0xeec5_47c4_8e97_2e47_9a73_8ee3_deaa_01b4);
    assert_eq!(hello.stream, 0x48bc_cc73_8689_1594_bc6b_ed35_1a0d_655b);
    assert_eq!(mood().state, 0x2500_6d88_eb95_dfdf_d6df_bfa1_76af_19a1);
    assert_eq!(mood().stream, 0x146e_2bb5_9d0f_60cf_5c23_cfda_45b2_e19b);
    let ware = Key::new(u64::MAX, ["médecine", "orders", "*", "ware"]);
    assert_eq!(ware.state, 0x8f22_6c55_d470_3eee_0fb2_eb99_ef22_e055);
    assert_eq!(ware.stream, 0xb257_45b6_0006_6c4f_807b_0f5a_bd20_691a);
}

#[test]
fn addresses() {
    let one = Address::record(1);
    let pinned = [
        (Address::record(0), 0xe220_a839_7b1d_cdaf),
        (one, 0x910a_2dec_8902_5cc1),
        (Address::record(u64::MAX), 0xe4d9_7177_1b65_2c20),
        (one.attempt(0), 0x910a_2dec_8902_5cc1),
        (one.attempt(1), 0x7773_1eff_f179_39b2),
        (one.attempt(u32::MAX), 0x7e7f_6b97_edd6_1bb1),
        (one.element(0), 0x5e41_ab08_7439_611e),
        (one.element(1), 0xc7da_7532_c220_f4fb),
        (one.element(0).element(0), 0xb18a_02f4_6d8d_86c3),
        (one.element(0).element(1), 0x9439_8e4a_bfc1_ae27),
        (one.element(1).element(0), 0x9de7_dbd1_f395_2b68),
        (one.attempt(1).element(0), 0xf664_8ff3_43ae_8e0b),
        (one.keyed("alpha"), 0x361e_e020_f308_cfe3),
        (one.keyed(""), 0x5bb8_1070_ad25_b483),
    ];
    for (step, (address, word)) in pinned.into_iter().enumerate() {
        assert_eq!(address.mixed, word, "entry {step}");
    }
}

#[test]
fn streams() {
    let one = Address::record(1);
    let seven = Path::new("hello").name("mood").key(7);
    let pinned = [
        (
            mood(),
            Address::record(0),
            [0x15f4_9665_2929_9609, 0x7ce5_1d14_21f0_d975, 0x71c0_8006_e8a7_2c40, 0xd886_a4be_bca1_a7f9],
        ),
        (mood(), one, [0x81ad_1818_055a_70ec, 0xf5cc_6a2f_f4ee_6ab9, 0x6da8_adc7_eade_c823, 0xbf5e_baf5_1c04_c99f]),
        (mood(), one.attempt(2), [0xf23d_917b_3f02_c664, 0x32d7_a0a4_e971_af19, 0x23b4_5b3a_ecd7_7f03, 0x2111_f69e_4dec_58a7]),
        (
            mood(),
            Address::record(u64::MAX),
            [0xe041_bd3f_bd17_365b, 0xf68c_ac98_f43e_7381, 0x54a8_d01f_477f_85f5, 0xacd1_2312_f160_adee],
        ),
        (seven, one, [0x5129_5dee_c07c_7fb3, 0xc6f3_7e96_692c_5b82, 0x059f_dc41_e3b4_1346, 0x9e08_97a1_71ec_6b2d]),
        (price(), one.element(0), [0x1ae7_97a6_2503_18ca, 0xf011_e0a5_d28f_b9cb, 0x765d_3d2e_6299_f0ba, 0xe203_a349_9923_38ab]),
        (
            price(),
            one.attempt(2).element(0).element(3),
            [0x8cb9_530a_3f2b_7bbe, 0x0ef4_c92a_f050_d014, 0x460b_fd78_eb3a_ccab, 0x39fb_b1a6_bb10_4fac],
        ),
        (
            price(),
            one.keyed("alpha"),
            [0x10e5_d4b3_5c5e_f002, 0x82f3_c0a1_1f21_8660, 0x1ac5_58c9_9655_02ae, 0x615b_4bd3_15d1_a090],
        ),
    ];
    for (step, (key, address, expected)) in pinned.into_iter().enumerate() {
        assert_eq!(words(key, address), expected, "entry {step}");
    }
}

#[test]
fn integers_and_chances() {
    assert_eq!(eight(|stream| stream.below(10)), [0, 5, 1, 6, 2, 6, 9, 1]);
    // The third word is rejected.
    assert_eq!(
        four(|stream| stream.below(3 << 62)),
        [1_186_541_047_755_255_942, 6_749_723_552_006_841_111, 11_701_754_323_640_335_866, 2_254_457_937_403_772_670]
    );
    assert_eq!(
        four(|stream| stream.below_wide(10_u128.pow(30))),
        [
            108_717_973_236_701_834_406_238_736_706,
            563_272_391_320_523_041_907_531_205_611,
            206_566_893_042_278_800_383_844_462_626,
            227_658_888_787_937_305_561_025_058_983,
        ]
    );
    assert_eq!(eight(|stream| stream.int(-3, 3)), [-3, 0, -2, 1, -2, 1, 3, -3]);
    let wide = eight(|stream| stream.int(1, 1 << 64));
    assert_eq!(wide[..3], [1_582_054_730_340_341_258, 9_344_151_293_311_742_189, 3_107_924_587_129_295_689]);
    assert_eq!(at(0).int(i128::MIN, i128::MAX), -140_957_424_739_279_378_876_812_119_183_312_496_267);
    assert_eq!(eight(|stream| stream.chance(1, 3)), [true, false, true, false, true, false, false, true]);
    assert_eq!(eight(|stream| stream.weighted(&[3, 3, 4, 10])), [0, 3, 0, 3, 0, 3, 3, 0]);
}

#[test]
fn orders_and_samples() {
    let orders = eight(|stream| {
        let mut items = [0, 1, 2, 3, 4, 5, 6, 7];
        stream.shuffle(&mut items);
        items
    });
    assert_eq!(orders[..2], [[1, 5, 6, 7, 4, 2, 3, 0], [7, 5, 0, 1, 3, 2, 6, 4]]);
    let samples = eight(|stream| stream.sample(20, 5));
    assert_eq!(samples[..3], [[1, 3, 7, 8, 16], [7, 8, 14, 16, 19], [0, 2, 12, 13, 17]]);
}

#[test]
fn real_numbers() {
    let units = eight(|stream| stream.unit().to_bits());
    assert_eq!(units[..4], [0x3fb5_f496_6529_2990, 0x3fe0_35a3_0300_ab4e, 0x3fc5_90c8_7906_45a8, 0x3fe4_38cb_143c_29e5]);
    let floats = eight(|stream| stream.float(-1.5, 10.0));
    assert_eq!(floats[..4], [-0.513_721_374_015_07, 4.325_295_751_039_05, 0.437_530_688_839_850_25, 5.767_226_891_038_313]);
    let floats = eight(|stream| stream.log_float(0.01, 1000.0));
    assert_eq!(floats[..4], [0.026_842_118_783_978_01, 3.409_865_768_543_518_5, 0.069_567_219_777_486_98, 14.443_214_651_350_53]);
    assert_eq!(eight(|stream| stream.log_int(1, 200_000)), [2, 484, 7, 2_238, 12, 2_885, 157_893, 4]);
    let wide = eight(|stream| stream.log_int(1 << 50, i128::from(i64::MAX)));
    assert_eq!(wide[..4], [2_438_513_975_737_319, 108_097_961_929_668_044, 5_138_440_810_351_564, 334_579_357_338_669_962]);
}

#[test]
fn distributions() {
    let drawn = |distribution: Distribution| eight(|stream| distribution.draw(stream));
    let normal = drawn(Distribution::Normal { mean: 40.0, sd: 10.0 });
    assert_eq!(normal[..4], [35.777_534_324_716_136, 51.514_907_469_098_944, 39.524_597_048_283_02, 28.878_486_575_105_796]);
    let lognormal = drawn(Distribution::LogNormal { median: 40.0, sigma: 0.5 });
    assert_eq!(lognormal[..4], [32.386_969_641_589_77, 71.138_225_865_118_22, 39.060_405_487_072_096, 22.938_203_206_965_223]);
    let exponential = drawn(Distribution::Exponential { mean: 12.0 });
    assert_eq!(exponential[..4], [1.075_990_005_566_579, 8.475_943_056_963_537, 2.214_012_546_145_701_4, 11.993_876_109_549_054]);
    let counts = |mean| drawn(Distribution::Poisson { mean });
    assert_eq!(counts(3.5)[..], [2.0, 5.0, 3.0, 4.0, 4.0, 3.0, 5.0, 1.0]);
    assert_eq!(counts(47.5)[..], [36.0, 46.0, 40.0, 50.0, 41.0, 42.0, 53.0, 38.0]);
    assert_eq!(counts(1e6)[..4], [998_345.0, 1_000_018.0, 998_914.0, 1_000_379.0]);
    let ranks = |n, s| eight(|stream| Zipf::new(n, s).draw(stream));
    assert_eq!(ranks(1_000, 1.1), [401, 11, 179, 5, 122, 4, 1, 261]);
    assert_eq!(ranks(20, 0.5), [18, 7, 15, 5, 14, 4, 1, 16]);
    assert_eq!(ranks(MOST_RANKS, 1.0)[1..4], [55_212_920, 16_712_573_779_340, 511_911]);
}

#[test]
fn passes_of_walks() {
    let order = |address: Address| {
        let order = Permutation::new(mood(), address, 10);
        (0..10).map(|place| order.at(place)).collect::<Vec<_>>()
    };
    let record = Address::record(5).attempt(1);
    assert_eq!(order(record.pass(0)), [1, 2, 7, 8, 6, 9, 5, 3, 4, 0]);
    assert_eq!(order(record.pass(1)), [3, 0, 9, 4, 5, 6, 2, 7, 1, 8]);
    assert_eq!(order(record.element(3).pass(1)), [1, 0, 2, 5, 4, 7, 6, 8, 9, 3]);
}

#[test]
fn permutations() {
    let table = |round| {
        let order = Permutation::new(mood(), Address::record(round), 10);
        (0..10).map(|place| order.at(place)).collect::<Vec<_>>()
    };
    assert_eq!(table(0), [1, 2, 7, 8, 6, 9, 5, 3, 4, 0]);
    assert_eq!(table(1), [1, 7, 6, 4, 0, 2, 9, 3, 8, 5]);
    let network = |round, n, places| {
        let order = Permutation::new(mood(), Address::record(round), n);
        (0..places).map(|place| order.at(place)).collect::<Vec<_>>()
    };
    assert_eq!(network(0, 5_000, 8), [4_372, 3_341, 3_146, 4_126, 2_636, 1_941, 1_528, 1_012]);
    assert_eq!(network(1, 1 << 20, 8), [351_752, 629_375, 185_261, 43_789, 223_917, 945_471, 761_349, 870_280]);
    assert_eq!(network(0, u64::MAX, 3), [8_081_872_154_462_667_588, 13_499_985_843_814_280_287, 1_220_414_820_096_702_814]);
}

#[test]
fn quotas() {
    let quota = |weights: &[i128]| {
        let weights: Vec<Weight> = weights.iter().map(|weight| Weight::of_int(*weight).unwrap()).collect();
        Quota::new(mood(), Weights::new(&weights).unwrap())
    };
    let mut cache = QuotaCache::default();
    let small = quota(&[3, 0, 1, 2]);
    let shares: Vec<Share> = (0..12).map(|index| small.at(index, &mut cache)).collect();
    assert_eq!(shares.iter().map(|share| share.choice).collect::<Vec<_>>(), [0, 0, 0, 2, 3, 3, 0, 3, 2, 3, 0, 0]);
    assert_eq!(shares.iter().map(|share| share.rank).collect::<Vec<_>>(), [0, 1, 2, 0, 0, 1, 3, 2, 1, 3, 4, 5]);

    let large = quota(&[5_000, 1, 2_999, 2_000]);
    let pinned = [
        (0, 0, 0),
        (1, 2, 0),
        (2, 0, 1),
        (3, 0, 2),
        (4_095, 3, 818),
        (4_096, 2, 1_229),
        (8_191, 3, 1_637),
        (8_192, 2, 2_457),
        (9_999, 0, 4_999),
        (10_000, 0, 5_000),
        (u64::MAX, 0, 9_223_372_036_854_775_840),
    ];
    for (index, choice, rank) in pinned {
        assert_eq!(large.at(index, &mut cache), Share { choice, rank }, "index {index}");
    }
}
