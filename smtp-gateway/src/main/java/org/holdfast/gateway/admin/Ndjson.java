package org.holdfast.gateway.admin;

import io.javalin.http.Context;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An answer of one JSON value a line, written as it is made. */
final class Ndjson {

  private static final Logger LOG = LoggerFactory.getLogger(Ndjson.class);

  private static final String TYPE = "application/x-ndjson";

  /** What is written to the client at once. */
  private static final int BUFFER = 64 * 1024;

  private final OutputStream out;

  private Ndjson(OutputStream out) {
    this.out = out;
  }

  static boolean isWanted(Context ctx) {
    String accept = ctx.header("Accept");
    return accept != null && accept.contains(TYPE);
  }

  /** Writes the lines. */
  interface Lines {
    void to(Ndjson out) throws IOException;
  }

  void line(Object value) throws IOException {
    out.write(Json.bytes(value));
    out.write('\n');
  }

  /**
   * Answers. Trouble before the first octet has gone out is answered as such; after that the
   * connection is cut, so that half an answer is never taken for whole.
   */
  static void answer(Context ctx, Lines lines) throws IOException {
    ctx.res().setContentType(TYPE);
    OutputStream out = new BufferedOutputStream(ctx.res().getOutputStream(), BUFFER);
    try {
      lines.to(new Ndjson(out));
      out.flush();
    } catch (IOException | RuntimeException e) {
      if (!ctx.res().isCommitted()) {
        ctx.res().resetBuffer();
        throw e;
      }
      LOG.warn("{} {}: the answer was cut off: {}", ctx.method(), ctx.path(), e.toString());
      cut(ctx);
    }
  }

  /** Ends the connection in the middle of the answer. */
  static void cut(Context ctx) {
    ServletContextRequest.getServletContextRequest(ctx.req())
        .getConnectionMetaData()
        .getConnection()
        .getEndPoint()
        .close();
  }
}
