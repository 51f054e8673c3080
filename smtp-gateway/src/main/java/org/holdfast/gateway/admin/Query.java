package org.holdfast.gateway.admin;

import io.javalin.http.Context;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A request's query: a misspelt parameter is an error, not a wider question. */
final class Query {

  /** Items of a page when the caller does not say. */
  static final int DEFAULT_LIMIT = 100;

  /** The largest page. */
  static final int MAX_LIMIT = 1000;

  private final Context ctx;

  Query(Context ctx, String... allowed) {
    Set<String> known = Set.of(allowed);
    for (String name : ctx.queryParamMap().keySet()) {
      if (!known.contains(name)) {
        throw Problem.bad(
            "unknown parameter \""
                + name
                + "\"; "
                + (allowed.length == 0
                    ? "this call takes no parameters"
                    : "known are " + String.join(", ", allowed)));
      }
    }
    this.ctx = ctx;
  }

  @Nullable String text(String name) {
    return ctx.queryParam(name);
  }

  String textOr(String name, String otherwise) {
    String text = ctx.queryParam(name);
    return text == null ? otherwise : text;
  }

  /** Where the page begins; null: at the first. */
  @Nullable String after() {
    String after = text("after");
    return after == null || after.isEmpty() ? null : after;
  }

  /** The same where pages go on behind an address. */
  @Nullable String afterAddress() {
    return after("@", ".*@.*");
  }

  /** The same where pages go on behind a number. */
  @Nullable String afterNumber() {
    return after("digits", "[0-9]{1,18}");
  }

  private @Nullable String after(String has, String form) {
    String after = after();
    if (after != null && !after.matches(form)) {
      throw Problem.bad("after must be the next of the page before: it has " + has);
    }
    return after;
  }

  /** {@code ?name} and {@code ?name=true}. */
  boolean flag(String name) {
    return switch (textOr(name, "false")) {
      case "true", "" -> true;
      case "false" -> false;
      default -> throw Problem.bad(name + " must be true or false");
    };
  }

  int limit() {
    long limit = number("limit", DEFAULT_LIMIT);
    if (limit < 1 || limit > MAX_LIMIT) {
      throw Problem.bad("limit must be 1 to " + MAX_LIMIT);
    }
    return (int) limit;
  }

  long number(String name, long otherwise) {
    String text = ctx.queryParam(name);
    if (text == null) {
      return otherwise;
    }
    if (!text.matches("[0-9]{1,18}")) {
      throw Problem.bad(name + " must be a number");
    }
    return Long.parseLong(text);
  }
}
