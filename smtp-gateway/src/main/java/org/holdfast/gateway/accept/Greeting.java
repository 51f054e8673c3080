package org.holdfast.gateway.accept;

import java.util.ArrayList;
import java.util.List;
import org.apache.james.protocols.api.handler.ProtocolHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.esmtp.EhloExtension;

/** What is offered after EHLO or LHLO beside what every listener offers ({@link HelloCommand}). */
final class Greeting implements ProtocolHandler, EhloExtension {

  private final ListenerSettings settings;
  private final boolean tls;
  private final boolean login;
  private final boolean requireTls;

  Greeting(ListenerSettings settings) {
    this.settings = settings;
    this.tls = settings.certificate() != null;
    this.login = settings.security().accounts().isPresent();
    this.requireTls = settings.security().requireTls();
  }

  @Override
  public List<String> getImplementedEsmtpFeatures(SMTPSession session) {
    List<String> offered =
        new ArrayList<>(
            List.of(
                "SIZE " + settings.maxMessageSize(),
                "SMTPUTF8",
                "CHUNKING",
                "BINARYMIME",
                "DSN",
                "LIMITS RCPTMAX=" + settings.maxRecipients())); // RFC 9422
    boolean encrypted = session.isTLSStarted();
    if (tls && !encrypted) {
      offered.add("STARTTLS");
    }
    if (requireTls && encrypted) {
      offered.add("REQUIRETLS");
    }
    if (login) {
      offered.add(encrypted ? "AUTH SCRAM-SHA-256 PLAIN" : "AUTH SCRAM-SHA-256");
    }
    Conversation conversation = MailSession.conversation(session);
    if (conversation.listener().mayIntroduce(conversation.peer())) {
      offered.add("XCLIENT " + String.join(" ", Introduction.ATTRIBUTES));
      offered.add("XFORWARD " + String.join(" ", XforwardCommand.ATTRIBUTES));
    }
    return offered;
  }
}
