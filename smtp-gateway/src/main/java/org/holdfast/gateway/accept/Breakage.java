package org.holdfast.gateway.accept;

import io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log line of a connection that ended because something went wrong with it. */
final class Breakage {

  private static final Logger log = LoggerFactory.getLogger(Conversation.class);

  private Breakage() {}

  /** A defect of ours is an error, always told; what the client or the network did is not. */
  static void log(RejectLog rejects, Peer peer, Throwable cause) {
    if (cause instanceof IOException || cause.getCause() instanceof SSLException) {
      rejects.lost(peer, reason(cause));
    } else {
      log.error("conversation with {} failed", peer.logged(), cause);
    }
  }

  /** What a client says where TLS is due may be a password: nothing of it is logged. */
  private static String reason(Throwable cause) {
    Throwable first = cause.getCause() == null ? cause : cause.getCause();
    return first instanceof NotSslRecordException ? "what it sends is no TLS" : first.toString();
  }
}
