package org.holdfast.gateway.accept;

import java.util.ArrayList;
import java.util.List;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.esmtp.EhloExtension;
import org.apache.james.protocols.smtp.hook.HeloHook;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.HookReturnCode;

/**
 * What is offered after EHLO or LHLO beside what James offers itself (PIPELINING,
 * ENHANCEDSTATUSCODES, 8BITMIME), and which names are taken.
 */
final class Greeting implements HeloHook, EhloExtension {

  private static final HookResult BAD_NAME =
      HookResult.builder()
          .hookReturnCode(HookReturnCode.deny())
          .smtpReturnCode("501")
          .smtpDescription("5.5.4 Bad name: a domain or an address literal, please")
          .build();

  private final long maxMessageSize;
  private final boolean tls;
  private final boolean login;
  private final boolean requireTls;

  Greeting(ListenerSettings settings) {
    this.maxMessageSize = settings.maxMessageSize();
    this.tls = settings.certificate() != null;
    this.login = settings.security().accounts().isPresent();
    this.requireTls = settings.security().requireTls();
  }

  /** The name is echoed and goes into {@code Received:}, so it must be short and harmless. */
  @Override
  public HookResult doHelo(SMTPSession session, String name) {
    boolean good = name.length() <= Limits.DOMAIN;
    for (int i = 0; good && i < name.length(); i++) {
      char c = name.charAt(i);
      good = c > ' ' && c <= '~' && "()<>@,;\\\"".indexOf(c) < 0;
    }
    return good ? HookResult.DECLINED : BAD_NAME;
  }

  @Override
  public List<String> getImplementedEsmtpFeatures(SMTPSession session) {
    List<String> offered =
        new ArrayList<>(List.of("SIZE " + maxMessageSize, "SMTPUTF8", "CHUNKING", "DSN"));
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
    return offered;
  }
}
