package org.holdfast.gateway.admin;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list; {@code next} goes into {@code after=} for the following one, null at the end.
 */
record Page<T>(List<T> items, @Nullable String next) {

  /** Cuts what was asked with {@code limit + 1} down to the limit. */
  static <S, T> Page<T> of(
      List<S> found, int limit, Function<S, T> view, Function<S, String> cursor) {
    if (found.size() <= limit) {
      return new Page<>(found.stream().map(view).toList(), null);
    }
    List<S> cut = found.subList(0, limit);
    return new Page<>(cut.stream().map(view).toList(), cursor.apply(cut.getLast()));
  }
}
