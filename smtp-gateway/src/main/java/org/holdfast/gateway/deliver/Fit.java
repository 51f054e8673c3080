package org.holdfast.gateway.deliver;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.holdfast.gateway.content.Conversion;
import org.holdfast.gateway.content.DataKind;
import org.holdfast.gateway.content.Survey;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;

/** How one message goes to one backend, by what that one offered ({@code docs/content.md}). */
sealed interface Fit {

  /**
   * It can go.
   *
   * @param content what is sent: as it was accepted, or converted
   * @param body value of BODY; empty for none
   * @param utf8 whether SMTPUTF8 is said
   * @param oneChunk by BDAT instead of DATA
   */
  record Fits(Content content, String body, boolean utf8, boolean oneChunk) implements Fit {}

  /** This backend can't have it. */
  record Refused(Answer answer) implements Fit {}

  /**
   * One message and one backend.
   *
   * @param utf8Address an address of the transaction is not ASCII
   * @param eightBitAnyway as in {@link LmtpSettings}
   */
  record Question(
      Envelope envelope,
      Content content,
      Offer offer,
      boolean utf8Address,
      boolean eightBitAnyway) {

    private static final String BINARY = "BINARYMIME";
    private static final Set<String> BODIES = Set.of("7BIT", "8BITMIME", BINARY);

    /** Whether the sender's word is not enough: the octets must be looked at, which may block. */
    boolean mustLook() {
      return sevenBitsOnly() || mustConvert() || utf8InDoubt();
    }

    /** For whom the octets need not be looked at. */
    Fits asDeclared() {
      return fits(content, declared());
    }

    /**
     * Looks at the octets. Blocks.
     *
     * @throws IOException they cannot be read
     */
    Fit looked() throws IOException {
      Survey survey = Survey.of(content);
      if (utf8InDoubt() && survey.internationalHeader()) {
        return refused(OwnWords.HEADER_NOT_UTF8_CAPABLE);
      }
      if (!mustConvert() && !(sevenBitsOnly() && survey.data().exceeds(most()))) {
        return asDeclared();
      }
      return switch (Conversion.of(content, survey, most())) {
        case Conversion.Needless _ -> fits(content, bodyOfLines());
        case Conversion.Done(Content converted) -> fits(converted, bodyOfLines());
        case Conversion.Impossible(String why) -> refused(OwnWords.notConvertible(why));
      };
    }

    private boolean sevenBitsOnly() {
      return most() == DataKind.SEVEN_BIT;
    }

    /** Declared to be binary, to one who knows only lines. */
    private boolean mustConvert() {
      return declared().equals(BINARY) && !offer.binaryMime();
    }

    /** SMTPUTF8 was said, the backend has it not, and the addresses do not need it. */
    private boolean utf8InDoubt() {
      return declaredUtf8() && !offer.smtpUtf8();
    }

    private boolean declaredUtf8() {
      return envelope.parameters().containsKey("SMTPUTF8");
    }

    private DataKind most() {
      if (offer.binaryMime()) {
        return DataKind.BINARY;
      }
      return offer.eightBitMime() || eightBitAnyway ? DataKind.EIGHT_BIT : DataKind.SEVEN_BIT;
    }

    private String declared() {
      Map<String, String> parameters = envelope.parameters();
      String body = parameters.getOrDefault("BODY", "").toUpperCase(Locale.ROOT);
      return BODIES.contains(body) ? body : "";
    }

    /** What was binary, or had to be made less. */
    private String bodyOfLines() {
      return offer.eightBitMime() ? "8BITMIME" : "";
    }

    private Fits fits(Content sent, String body) {
      boolean binary = body.equals(BINARY);
      boolean said = binary ? offer.binaryMime() : offer.eightBitMime();
      boolean utf8 = offer.smtpUtf8() && (utf8Address || declaredUtf8());
      return new Fits(sent, said ? body : "", utf8, binary);
    }

    private static Refused refused(Reply reply) {
      return new Refused(new Answer.MailboxTrouble(reply));
    }
  }
}
