package org.holdfast.gateway.content;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.holdqueue.Content;

/**
 * A message made fit for a way that carries less (RFC 6152 section 3, RFC 3030 section 4).
 *
 * <p>Parts whose octets the way cannot carry are encoded, in base64 or as text in quoted-printable;
 * their Content-Transfer-Encoding says so. Everything else stays as it is, octet for octet, and a
 * reader who decodes the parts has the octets that were sent.
 */
public sealed interface Conversion {

  /** Nothing had to be done. */
  record Needless() implements Conversion {}

  /** The message to be sent instead; readable for as long as the original is. */
  record Done(Content content) implements Conversion {}

  /** It can't be done without harm; {@code why} is for its sender. */
  record Impossible(String why) implements Conversion {}

  /**
   * Finds out what has to be done. Reads the message again for its size if something has.
   *
   * @throws IOException the message cannot be read
   */
  static Conversion of(Content content, Survey survey, DataKind most) throws IOException {
    if (survey.header().exceeds(most)) {
      return new Impossible("its header has octets that the mailbox server does not take");
    }
    if (survey.between().exceeds(most)) {
      return new Impossible("octets that the mailbox server does not take stand outside its parts");
    }
    List<Treatment> treatments = new ArrayList<>();
    for (Entity entity : survey.entities()) {
      Treatment treatment = Treatment.of(entity, most);
      if (!treatment.possible()) {
        return new Impossible(why(treatment));
      }
      treatments.add(treatment);
    }
    if (treatments.stream().allMatch(Treatment.AS_IS::equals)) {
      return new Needless();
    }
    return new Done(converted(content, treatments));
  }

  private static String why(Treatment treatment) {
    return switch (treatment) {
      case SIGNED -> "a signed part would have to be changed";
      case NOT_MIME -> "it is binary and has no MIME header";
      default -> "a part that may not be encoded would have to be";
    };
  }

  private static Content converted(Content original, List<Treatment> treatments)
      throws IOException {
    long size = 0;
    try (InputStream in = new ConvertedStream(original.open(), treatments)) {
      size = in.transferTo(OutputStream.nullOutputStream());
    }
    return new ConvertedContent(original, List.copyOf(treatments), size);
  }
}
