package org.holdfast.gateway.accept;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.james.protocols.api.Response;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.gateway.sasl.Mechanism;
import org.holdfast.gateway.sasl.Mechanism.Step;
import org.jspecify.annotations.Nullable;

/**
 * Who the client of one conversation has shown to be: by AUTH (RFC 4954), or by the certificate of
 * its TLS session. Belongs to the conversation's event loop. Nothing of what a client says here is
 * ever logged but the name of an account that it has proved to own.
 */
final class Login {

  private static final byte[] NOTHING = {};
  private static final Reply GO_ON = new Reply(334, "", "");

  private final Conversation conversation;
  private final Listener listener;
  private final Framer framer;
  private boolean required;
  private @Nullable String certificate;
  private @Nullable Mechanism underWay;
  private int failures;

  Login(Conversation conversation, Listener listener, Framer framer) {
    this.conversation = conversation;
    this.listener = listener;
    this.framer = framer;
    this.required = listener.settings().security().loginRequired();
  }

  /** Whether this client must show who it is before it sends mail. */
  void required(boolean now) {
    required = now;
  }

  /** Whether nothing but a login would let its mail in. */
  boolean isMissing() {
    return required && name() == null;
  }

  /** Who it is, however it was shown; null for nobody known. */
  @Nullable String name() {
    String account = account();
    return account == null ? certificate : account;
  }

  /** The account it logged in to by AUTH, or XCLIENT says it did; null for none. */
  @Nullable String account() {
    return conversation.peer().login();
  }

  /** The name in its certificate, which our authorities vouch for; null for none. */
  @Nullable String certificate() {
    return certificate;
  }

  /** The TLS session has shown a certificate that our authorities vouch for. */
  void byCertificate(String name) {
    certificate = name;
    LoginLines.proved(conversation.peer(), name, "by its certificate");
  }

  /** RFC 3207 section 4.2: what was known before TLS is forgotten. */
  void forget() {
    conversation.peer().loggedIn(null);
    certificate = null;
    end();
  }

  // --- AUTH ---

  /** The next line is an answer to our last challenge. */
  boolean isUnderWay() {
    return underWay != null;
  }

  /**
   * Begins with the argument of AUTH.
   *
   * @return the answer, or null when it comes later
   */
  @Nullable Response begin(String argument) throws Refusal {
    if (account() != null) {
      throw new Refusal(ProtocolReplies.LOGGED_IN_ALREADY);
    }
    String[] words = argument.split(" ", -1);
    if (words[0].isEmpty() || words.length > 2) {
      throw new Refusal(ProtocolReplies.BAD_AUTH);
    }
    if (words[0].equalsIgnoreCase(Mechanism.PLAIN) && !conversation.tls().encrypted()) {
      throw new Refusal(ProtocolReplies.NEEDS_TLS);
    }
    underWay =
        listener
            .logins()
            .flatMap(logins -> logins.mechanism(words[0]))
            .orElseThrow(() -> new Refusal(ProtocolReplies.UNKNOWN_MECHANISM));
    framer.expectAnswers(true);
    return words.length == 1 ? WireReply.of(GO_ON) : initial(words[1]);
  }

  /** RFC 4954 section 4: "=" is an initial response without octets. */
  private @Nullable Response initial(String response) {
    return response.equals("=")
        ? step(NOTHING)
        : decoded(response.getBytes(StandardCharsets.UTF_8));
  }

  /** What the client said to our challenge, without its CRLF. */
  @Nullable Response answer(byte[] line) {
    if (line.length + 2 > Limits.AUTH_LINE) {
      return badAnswer(ProtocolReplies.AUTH_LINE_TOO_LONG);
    }
    if (line.length == 1 && line[0] == '*') {
      end();
      return ProtocolReplies.AUTH_CANCELLED;
    }
    return decoded(line);
  }

  /** A line that is none ends the exchange: what follows it are commands again. */
  WireReply badAnswer(WireReply refusal) {
    end();
    return refusal == ProtocolReplies.COMMAND_TOO_LONG
        ? ProtocolReplies.AUTH_LINE_TOO_LONG
        : refusal;
  }

  private @Nullable Response decoded(byte[] base64) {
    byte[] words;
    try {
      words = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      end();
      return ProtocolReplies.NOT_BASE64;
    }
    return step(words);
  }

  private @Nullable Response step(byte[] words) {
    Mechanism mechanism = underWay;
    Logins logins = listener.logins().orElseThrow();
    return mechanism == null
        ? ProtocolReplies.LOGIN_TROUBLE
        : conversation.await(
            logins.next(conversation.peer().address(), mechanism, words), this::outcome);
  }

  private WireReply outcome(Logins.Outcome outcome) {
    return switch (outcome) {
      case Logins.Outcome.Next(Step.Challenge(String text)) -> WireReply.of(challenge(text));
      case Logins.Outcome.Next(Step.Done(String name)) -> done(name);
      case Logins.Outcome.Failed(String why) -> failed(why);
      case Logins.Outcome.Busy() -> {
        end();
        yield ProtocolReplies.LOGIN_TROUBLE;
      }
      case Logins.Outcome.TooMany() -> {
        end();
        conversation.guard().hit(Limit.FAILED_LOGINS);
        yield Limit.FAILED_LOGINS.reply();
      }
    };
  }

  private static Reply challenge(String text) {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    return new Reply(334, "", Base64.getEncoder().encodeToString(octets));
  }

  private WireReply done(String name) {
    end();
    conversation.peer().loggedIn(name);
    LoginLines.proved(conversation.peer(), name, "by its password");
    return ProtocolReplies.LOGGED_IN;
  }

  private WireReply failed(String why) {
    end();
    failures++;
    listener.rejects().login(conversation.peer(), failures, why);
    return failures < Limits.FAILED_LOGINS
        ? ProtocolReplies.LOGIN_FAILED
        : ProtocolReplies.TOO_MANY_LOGINS;
  }

  private void end() {
    underWay = null;
    framer.expectAnswers(false);
  }
}
