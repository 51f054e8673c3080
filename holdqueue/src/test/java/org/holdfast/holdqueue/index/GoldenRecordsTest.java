package org.holdfast.holdqueue.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Mail;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.disk.FaultyDisk;
import org.holdfast.holdqueue.log.LogRecord;
import org.holdfast.holdqueue.log.LogSettings;
import org.holdfast.holdqueue.log.SegmentLog;
import org.junit.jupiter.api.Test;

/**
 * The octets of every kind of record of the queue. A log of last year must be read next year: when
 * this fails, the form has changed, and needs a new number and a reader for the old one. {@code
 * records-1.hex} is form 1, without histories and who was asked.
 */
class GoldenRecordsTest {

  private static final Path LOG = Path.of("q", "log");
  private static final Path SEGMENT = LOG.resolve("0000000000000000.log");
  private static final LogSettings ONE = new LogSettings(1 << 20, 0, 1_000_000);
  private static final Instant AT = Instant.parse("2026-11-21T10:00:00.123456789Z");
  private static final Outcome.Where IMAP7 = new Outcome.Where("imap7-8", "imap7");
  private static final String CONTENT = "Subject: Grüße\r\n\r\nhello\r\n";

  private static SegmentLog open(FaultyDisk disk) throws IOException {
    return SegmentLog.open(disk, LOG, Path.of("q", "quarantine"), ONE, new Random(1));
  }

  private static Envelope envelope() {
    return new Envelope(
        "1a2b3c",
        "sender@example.net",
        AT,
        "mx [192.0.2.1]",
        Map.of("BODY", "8BITMIME", "SMTPUTF8", ""));
  }

  private static MessageRecord message(long sequence) {
    HistoryLine open =
        new HistoryLine(null, AT, 1, "bob@example.com", 1, 0, "", IMAP7, "not answered yet");
    HistoryLine refused =
        new HistoryLine(
            FateRecord.Kind.REFUSED, AT, 7, "jürgen@example.com", 3, 2, "", IMAP7, "550 no");
    return message(sequence, AT.plusSeconds(15).toEpochMilli(), List.of(open, refused));
  }

  /** As form 1 tells it: what was deferred is due. */
  private static MessageRecord old(long sequence) {
    return message(sequence, AT.toEpochMilli(), List.of());
  }

  private static MessageRecord message(long sequence, long next, List<HistoryLine> story) {
    return new MessageRecord(
        sequence,
        envelope(),
        List.of(
            new MessageRecord.Part(
                0,
                0,
                new Recipient(
                    "alice+x@example.com",
                    "alice@example.com",
                    "Alice+x@example.com",
                    Map.of("NOTIFY", "NEVER")),
                "imap5-6",
                Held.Entry.WAITING,
                "being moved",
                0),
            new MessageRecord.Part(
                1, 0, to("bob@example.com"), "imap7-8", Held.Entry.DEFERRED, "451 later", 1, next),
            new MessageRecord.Part(
                7,
                sequence == 0 ? 0 : 4_711,
                to("jürgen@example.com"),
                "",
                Held.Entry.PARKED,
                "550 no",
                3)),
        CONTENT.getBytes(StandardCharsets.UTF_8).length,
        story);
  }

  private static Recipient to(String address) {
    return new Recipient(address, address, address, Map.of());
  }

  private static FateRecord fate(FateRecord.Kind kind) {
    return kind.attempt()
        ? oldFate(kind).asked(new FateRecord.Asked(IMAP7, 5, kind == FateRecord.Kind.UNCERTAIN))
        : oldFate(kind);
  }

  private static FateRecord oldFate(FateRecord.Kind kind) {
    boolean redirected = kind == FateRecord.Kind.REDIRECTED;
    FateRecord fate =
        new FateRecord(
            kind,
            Key.of(64, 1),
            "1a2b3c",
            AT,
            kind.attempt() ? "" : "ann",
            "why: " + kind.word(),
            0,
            redirected ? to("carol@example.com") : null,
            redirected ? "imap7-8" : "");
    return kind == FateRecord.Kind.DEFERRED ? fate.next(AT.plusSeconds(15)) : fate;
  }

  private static byte[] written() throws IOException {
    FaultyDisk disk = new FaultyDisk(1);
    try (SegmentLog log = open(disk)) {
      log.append(List.of(message(0).entry(Mail.content(CONTENT))));
      log.append(List.of(message(64).entry(Mail.content(CONTENT))));
      for (FateRecord.Kind kind : FateRecord.Kind.values()) {
        log.append(List.of(fate(kind).entry()));
      }
    }
    return disk.octets(SEGMENT);
  }

  private static byte[] golden(String name) throws IOException {
    try (InputStream golden = GoldenRecordsTest.class.getResourceAsStream("/golden/" + name)) {
      byte[] hex = Objects.requireNonNull(golden, name).readAllBytes();
      return HexFormat.of()
          .parseHex(new String(hex, StandardCharsets.US_ASCII).replaceAll("\\s", ""));
    }
  }

  @Test
  void octets_ofEveryKindOfRecord_areTheGoldenOnes() throws IOException {
    assertThat(HexFormat.of().formatHex(written()))
        .isEqualTo(HexFormat.of().formatHex(golden("records.hex")));
  }

  @Test
  void goldenOctets_areReadAsWhatTheyWere() throws IOException {
    List<Object> expected = new ArrayList<>();
    expected.add(atItsPlace(message(0)));
    expected.add(message(64));
    for (FateRecord.Kind kind : FateRecord.Kind.values()) {
      expected.add(fate(kind));
    }
    assertThat(readFrom("records.hex")).isEqualTo(expected);
  }

  @Test
  void goldenOctets_ofFormOne_areReadAsWhatTheyWere() throws IOException {
    List<Object> expected = new ArrayList<>();
    expected.add(atItsPlace(old(0)));
    expected.add(old(64));
    for (FateRecord.Kind kind : FateRecord.Kind.values()) {
      expected.add(oldFate(kind));
    }
    assertThat(readFrom("records-1.hex")).isEqualTo(expected);
  }

  private static MessageRecord atItsPlace(MessageRecord first) {
    return new MessageRecord(64, envelope(), first.parts(), first.size(), first.story());
  }

  private static List<Object> readFrom(String name) throws IOException {
    FaultyDisk disk = new FaultyDisk(1);
    disk.replace(SEGMENT, golden(name));
    List<Object> found = new ArrayList<>();
    List<String> contents = new ArrayList<>();
    try (SegmentLog log = open(disk)) {
      log.replay(0, log.end(), true, record -> found.add(read(record, contents)));
    }
    assertThat(contents).containsExactly(CONTENT, CONTENT);
    return found;
  }

  private static Object read(LogRecord record, List<String> contents) throws IOException {
    if (record.type() != MessageRecord.TYPE && record.type() != MessageRecord.MOVED) {
      return FateRecord.read(record);
    }
    int head = MessageRecord.headLength(record);
    byte[] content = record.octets(head, (int) record.length() - head);
    contents.add(new String(content, StandardCharsets.UTF_8));
    return MessageRecord.read(record);
  }

  /** Prints the golden file anew, for whoever changed the form on purpose. */
  public static void main(String[] arguments) throws IOException {
    String hex = HexFormat.of().formatHex(written());
    for (int from = 0; from < hex.length(); from += 96) {
      System.out.println(hex.substring(from, Math.min(hex.length(), from + 96)));
    }
  }
}
