package org.holdfast.gateway.admin;

import java.nio.ByteBuffer;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** What is wrong before a request reaches its handler (no HTTP, too large a header): no details. */
final class QuietErrors implements Request.Handler {

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    int status = response.getStatus() < 400 ? 500 : response.getStatus();
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/problem+json");
    response.getHeaders().put("X-Content-Type-Options", "nosniff");
    response.getHeaders().put("Cache-Control", "no-store");
    byte[] body = Json.bytes(Json.problem(status, "the request cannot be read", Map.of()));
    response.write(true, ByteBuffer.wrap(body), callback);
    return true;
  }
}
