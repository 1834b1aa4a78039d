package a
import rego.v1
default allow := false
allow if rand.intn("x", 10) < input.hours {# error[rego-irreproducible]: in every run #}
