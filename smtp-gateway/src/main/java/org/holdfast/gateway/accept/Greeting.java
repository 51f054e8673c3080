package org.holdfast.gateway.accept;

import java.util.ArrayList;
import java.util.List;
import org.apache.james.protocols.api.handler.ProtocolHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.esmtp.EhloExtension;

/** What is offered after EHLO or LHLO beside what every listener offers ({@link HelloCommand}). */
final class Greeting implements ProtocolHandler, EhloExtension {

  private final long maxMessageSize;
  private final boolean tls;

  Greeting(long maxMessageSize, boolean tls) {
    this.maxMessageSize = maxMessageSize;
    this.tls = tls;
  }

  @Override
  public List<String> getImplementedEsmtpFeatures(SMTPSession session) {
    List<String> offered =
        new ArrayList<>(List.of("SIZE " + maxMessageSize, "SMTPUTF8", "CHUNKING", "DSN"));
    if (tls && !session.isTLSStarted()) {
      offered.add("STARTTLS");
    }
    return offered;
  }
}
