package org.holdfast.gateway.metrics;

import java.util.Locale;
import java.util.Map;

/** What login attempts came to, as front ends told of them. Thread-safe. */
public final class LoginCounts {

  private static final String ATTEMPTS = "holdfast_login_attempts";

  /** What the counter counts. */
  public static final Map<String, String> HELP =
      Map.of(ATTEMPTS, "Login attempts that front ends told of");

  /** What an attempt came to. */
  public enum Result {
    /** The mailbox is at hand. */
    GO,
    /** The first while the mailbox is away: a request was made. */
    ASKED,
    /** The user waits already, or has to try again. */
    WAITING,
    /** The user is closed. */
    CLOSED,
    /** There is no such user. */
    UNKNOWN,
    /** Too many at once, or the map could not be used: try again. */
    POSTPONED;

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Counts counts;

  /** Counts there. */
  public LoginCounts(Counts counts) {
    this.counts = counts;
    for (Result result : Result.values()) {
      var _ = counts.of(ATTEMPTS, "result", result.word()); // from zero on
    }
  }

  /** One more. */
  public void count(Result result) {
    counts.of(ATTEMPTS, "result", result.word()).inc();
  }
}
