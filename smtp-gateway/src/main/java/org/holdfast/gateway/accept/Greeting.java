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

  private final ListenerSettings settings;
  private final boolean tls;

  Greeting(ListenerSettings settings, boolean tls) {
    this.settings = settings;
    this.tls = tls;
  }

  /** The name is echoed and goes into {@code Received:}, so it must be short and harmless. */
  @Override
  public HookResult doHelo(SMTPSession session, String name) {
    boolean good = name.length() <= Limits.DOMAIN;
    for (int i = 0; good && i < name.length(); i++) {
      char c = name.charAt(i);
      good = c > ' ' && c <= '~' && "()<>@,;\\\"".indexOf(c) < 0;
    }
    if (good) {
      MailSession.conversation(session).peer().saidHello(name);
    }
    return good ? HookResult.DECLINED : BAD_NAME;
  }

  @Override
  public List<String> getImplementedEsmtpFeatures(SMTPSession session) {
    List<String> offered =
        new ArrayList<>(
            List.of(
                "SIZE " + settings.maxMessageSize(),
                "SMTPUTF8",
                "CHUNKING",
                "DSN",
                "LIMITS RCPTMAX=" + settings.maxRecipients())); // RFC 9422
    if (tls && !session.isTLSStarted()) {
      offered.add("STARTTLS");
    }
    if (MailSession.conversation(session).mayIntroduce()) {
      offered.add("XCLIENT " + String.join(" ", Introduction.ATTRIBUTES));
      offered.add("XFORWARD " + String.join(" ", XforwardCommand.ATTRIBUTES));
    }
    return offered;
  }
}
