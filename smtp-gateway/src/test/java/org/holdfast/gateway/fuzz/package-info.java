/**
 * Fuzzing: targets are the {@code Fuzz...} classes beside what they test, each a method that takes
 * octets and throws when a promise is broken. Here they run with their corpus and with seeded
 * mutations of it; {@code bench/fuzz.sh} runs the same targets under Jazzer. See {@code
 * docs/fuzzing.md}.
 */
@NullMarked
package org.holdfast.gateway.fuzz;

import org.jspecify.annotations.NullMarked;
