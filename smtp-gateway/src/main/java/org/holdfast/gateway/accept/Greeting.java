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

  Greeting(long maxMessageSize, boolean tls) {
    this.maxMessageSize = maxMessageSize;
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
    return good ? HookResult.DECLINED : BAD_NAME;
  }

  @Override
  public List<String> getImplementedEsmtpFeatures(SMTPSession session) {
    List<String> offered =
        new ArrayList<>(
            List.of("SIZE " + maxMessageSize, "SMTPUTF8", "CHUNKING", "BINARYMIME", "DSN"));
    if (tls && !session.isTLSStarted()) {
      offered.add("STARTTLS");
    }
    return offered;
  }
}
