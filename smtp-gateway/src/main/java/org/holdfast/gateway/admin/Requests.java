package org.holdfast.gateway.admin;

import io.javalin.http.Context;
import java.io.InputStream;

/** Where a request's body is read from: the connection, or through somebody who listens in. */
final class Requests {

  private static final String ATTRIBUTE = "holdfast.body";

  private Requests() {}

  static InputStream body(Context ctx) {
    InputStream other = ctx.attribute(ATTRIBUTE);
    return other == null ? ctx.bodyInputStream() : other;
  }

  /** From now on the body is read through this. */
  static void readFrom(Context ctx, InputStream body) {
    ctx.attribute(ATTRIBUTE, body);
  }
}
