package org.holdfast.gateway.admin;

import io.javalin.http.HttpStatus;
import java.util.Map;

/** An answer that is an error: RFC 9457 (problem details). {@code detail} is for the caller. */
final class Problem extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int status;

  /** Further members of the answer; immutable values only. */
  private final transient Map<String, Object> more;

  Problem(HttpStatus status, String detail) {
    this(status, detail, Map.of());
  }

  Problem(HttpStatus status, String detail, Map<String, Object> more) {
    super(detail, null, false, false);
    this.status = status.getCode();
    this.more = more;
  }

  static Problem bad(String detail) {
    return new Problem(HttpStatus.BAD_REQUEST, detail);
  }

  static Problem unknown(String what, String name) {
    return new Problem(HttpStatus.NOT_FOUND, "there is no " + what + " " + name);
  }

  static Problem conflict(String detail) {
    return new Problem(HttpStatus.CONFLICT, detail);
  }

  static Problem forbidden(String detail) {
    return new Problem(HttpStatus.FORBIDDEN, detail);
  }

  static Problem busy(String detail) {
    return new Problem(HttpStatus.SERVICE_UNAVAILABLE, detail);
  }

  int status() {
    return status;
  }

  String detail() {
    String detail = getMessage();
    return detail == null ? "" : detail;
  }

  Map<String, Object> more() {
    return more == null ? Map.of() : more;
  }
}
