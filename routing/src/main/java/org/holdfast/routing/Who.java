package org.holdfast.routing;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who changes something and why, as kept with the change.
 *
 * @param reason may be empty
 * @param pairs the pairs it speaks for, when it is a backend: it may flip users who live there or
 *     are being moved there, and nobody else; null: it may flip everybody
 */
public record Who(String name, String reason, @Nullable Set<String> pairs) {

  /** Somebody who may flip everybody. */
  public Who(String name, String reason) {
    this(name, reason, null);
  }

  boolean speaksFor(@Nullable String pair) {
    return pairs == null || (pair != null && pairs.contains(pair));
  }
}
