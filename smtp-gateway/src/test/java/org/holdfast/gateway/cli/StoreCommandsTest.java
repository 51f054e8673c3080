package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.EmbeddedHoldQueue;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.QueueFilter;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.StoreSettings;
import org.holdfast.holdqueue.disk.RealDisk;
import org.holdfast.holdqueue.dispatch.DispatchLimits;
import org.holdfast.holdqueue.index.FateRecord;
import org.holdfast.holdqueue.index.Key;
import org.holdfast.holdqueue.log.LogSettings;
import org.holdfast.holdqueue.log.SegmentLog;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The data folder read without its gateway. */
class StoreCommandsTest {

  private static final String TEXT = "Subject: hello\r\n\r\nFrom here it goes\r\n";

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private Path data() {
    return folder.resolve("data");
  }

  /** One held for two, one discarded, one redirected. */
  @BeforeEach
  void fill() throws IOException {
    try (EmbeddedHoldQueue queue = open()) {
      store(queue, "one", "alice@example.com", "bob@example.com");
      store(queue, "two", "alice@example.com");
      store(queue, "three", "carol@example.com");
      queue.discard(QueueFilter.message("two"), "ann", "spam");
      queue.redirect(QueueFilter.message("three"), recipient("dave@example.com"), "imap7-8", "ann");
    }
  }

  private EmbeddedHoldQueue open() throws IOException {
    EmbeddedHoldQueue queue =
        EmbeddedHoldQueue.open(
            StoreSettings.in(data().resolve("queue")).bounds(1L << 30, 0),
            DispatchLimits.defaults(),
            new RealDisk(),
            InstantSource.system());
    assertThat(queue.awaitReady(Duration.ofSeconds(20))).isTrue();
    return queue;
  }

  private static void store(EmbeddedHoldQueue queue, String id, String... to) throws IOException {
    List<Held> held =
        Arrays.stream(to)
            .map(a -> new Held(recipient(a), "imap5-6", Held.Entry.WAITING, "on hold", null))
            .toList();
    Instant accepted = Instant.parse("2026-11-21T10:00:00Z");
    queue.store(
        new Envelope(id, "sender@example.net", accepted, "mx [192.0.2.1]", Map.of()),
        new Text(TEXT),
        held);
  }

  private static Recipient recipient(String address) {
    return new Recipient(address, address, address, Map.of());
  }

  private record Text(String text) implements Content {
    @Override
    public long size() {
      return text.length();
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private int run(String... words) {
    CommandLine line = Main.commandLine((settings, file) -> 0, once -> 0, Map.of());
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    String[] all = Arrays.copyOf(words, words.length + 2);
    all[words.length] = "--data";
    all[words.length + 1] = data().toString();
    return line.execute(all);
  }

  private Path segment() throws IOException {
    try (Stream<Path> files = Files.list(data().resolve("queue/log"))) {
      return files.sorted().findFirst().orElseThrow();
    }
  }

  private static void flip(Path file, String near) throws IOException {
    byte[] octets = Files.readAllBytes(file);
    int at = new String(octets, StandardCharsets.ISO_8859_1).indexOf(near);
    octets[at] ^= 1;
    Files.write(file, octets);
  }

  @Test
  void verify_allIsWell_exits0AndCounts() {
    assertThat(run("store", "verify")).isZero();
    assertThat(out.toString())
        .contains("3 messages, 0 carried forward, 2 fates; nothing is damaged");
  }

  @Test
  void verify_oneBitFlipped_exits1AndSaysWhere() throws IOException {
    flip(segment(), "hello");
    assertThat(run("store", "verify")).isEqualTo(1);
    assertThat(out.toString())
        .contains(segment().getFileName() + " at 64 ")
        .contains("DAMAGED: no good record")
        .contains("2 messages, 0 carried forward, 2 fates; 1 damaged ranges");
  }

  @Test
  void dump_printsEachRecordAsALineOfJson() {
    assertThat(run("store", "dump")).isZero();
    assertThat(out.toString().lines().filter(l -> l.contains("\"type\":\"message\""))).hasSize(3);
    assertThat(out.toString())
        .contains("\"type\":\"discarded\"")
        .contains("\"who\":\"ann\",\"text\":\"spam\"")
        .contains("\"to\":\"dave@example.com\"")
        .doesNotContain("From here");
  }

  @Test
  void exportMbox_writesWhatIsHeldOnlyAndForWhom() throws IOException {
    Path mbox = folder.resolve("mbox");
    assertThat(run("store", "export", "--mbox", mbox.toString())).as(err.toString()).isZero();
    assertThat(out).hasToString("2 messages written\n");
    assertThat(Files.readString(mbox))
        .isEqualTo(
            """
            From sender@example.net Sat Nov 21 10:00:00 2026
            X-Holdfast-Id: one
            X-Holdfast-Envelope-From: <sender@example.net>
            X-Holdfast-Envelope-To: <alice@example.com>,
             <bob@example.com>
            Subject: hello

            >From here it goes

            From sender@example.net Sat Nov 21 10:00:00 2026
            X-Holdfast-Id: three
            X-Holdfast-Envelope-From: <sender@example.net>
            X-Holdfast-Envelope-To: <dave@example.com>
            Subject: hello

            >From here it goes

            """);
  }

  @Test
  void exportEml_forOneRecipient_namesNobodyElse() throws IOException {
    Path eml = folder.resolve("eml");
    assertThat(run("store", "export", "--recipient", "bob@example.com", "--eml", eml.toString()))
        .isZero();
    try (Stream<Path> files = Files.list(eml)) {
      List<Path> written = files.toList();
      assertThat(written).hasSize(1);
      assertThat(Files.readString(written.getFirst()))
          .endsWith(TEXT)
          .contains("X-Holdfast-Envelope-To: <bob@example.com>\r\nSubject")
          .doesNotContain("alice");
    }
  }

  @Test
  void export_damagedMessage_exits1AndWritesTheOthers() throws IOException {
    flip(segment(), "hello");
    Path mbox = folder.resolve("mbox");
    assertThat(run("store", "export", "--mbox", mbox.toString())).isEqualTo(1);
    assertThat(out).hasToString("1 messages written, 1 DAMAGED\n");
    assertThat(err.toString()).contains("cannot be read");
  }

  @Test
  void commands_gatewayRuns_changeNothing() throws IOException {
    try (EmbeddedHoldQueue queue = open()) {
      store(queue, "four", "alice@example.com");
      Map<String, FileTime> before = times();
      assertThat(run("store", "verify")).as(out.toString()).isZero();
      assertThat(run("store", "dump")).isZero();
      assertThat(run("store", "export", "--eml", folder.resolve("eml").toString())).isZero();
      assertThat(times()).isEqualTo(before);
      assertThat(out.toString()).contains("4 messages,").contains("3 messages written");
    }
  }

  private Map<String, FileTime> times() throws IOException {
    Map<String, FileTime> times = new TreeMap<>();
    try (Stream<Path> files = Files.walk(data().resolve("queue/log"))) {
      for (Path file : files.toList()) {
        times.put(file + " " + Files.size(file), Files.getLastModifiedTime(file));
      }
    }
    return times;
  }

  @Test
  void folderWithoutALog_isRefusedInOneLine() {
    CommandLine line = Main.commandLine((settings, file) -> 0, once -> 0, Map.of());
    line.setErr(new PrintWriter(err, true));
    assertThat(line.execute("store", "verify", "--data", folder.resolve("none").toString()))
        .isEqualTo(1);
    assertThat(err.toString()).startsWith("holdfast: there is no log in").hasLineCount(1);
  }

  @Test
  void folderThatMayNotBeRead_isRefusedInOneLine() throws IOException {
    Path log = data().resolve("queue/log");
    Assumptions.assumeFalse(System.getProperty("user.name").equals("root"), "root may read all");
    Files.setPosixFilePermissions(log, PosixFilePermissions.fromString("---------"));
    try {
      assertThat(run("store", "verify")).isEqualTo(1);
      assertThat(err.toString()).contains("permission denied").hasLineCount(1);
    } finally {
      Files.setPosixFilePermissions(log, PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void export_messageOfWhichOneDeliveryEnded_isForTheOthersOnly() throws IOException {
    try (EmbeddedHoldQueue queue = open()) {
      store(queue, "five", "alice@example.com", "bob@example.com");
      queue.park(QueueFilter.delivery("five", "alice@example.com"), "ann", "later");
      queue.discard(QueueFilter.delivery("five", "bob@example.com"), "ann", "spam");
    }
    Path eml = folder.resolve("eml");
    assertThat(run("store", "export", "--eml", eml.toString())).isZero();
    assertThat(exported(eml, "five"))
        .contains("X-Holdfast-Envelope-To: <alice@example.com>\r\nSubject")
        .endsWith(TEXT);
  }

  @Test
  void export_redirectedTwice_isForTheLastOne() throws IOException {
    try (EmbeddedHoldQueue queue = open()) {
      queue.redirect(QueueFilter.message("three"), recipient("erin@example.com"), "imap7-8", "ann");
    }
    Path eml = folder.resolve("eml");
    assertThat(run("store", "export", "--eml", eml.toString())).isZero();
    assertThat(exported(eml, "three"))
        .contains("To: <erin@example.com>\r\n")
        .doesNotContain("dave");
  }

  @Test
  void verify_damagedMessage_saysWhatItSeemsToBe() throws IOException {
    flip(segment(), "here it goes");
    assertThat(run("store", "verify")).isEqualTo(1);
    assertThat(out.toString())
        .contains("it seems to be message one from <sender@example.net> for <alice@example.com>,");
  }

  /** Both deliveries of the first message, as a gateway whose log has failed notes them. */
  private void noteEnds() throws IOException {
    Path queue = data().resolve("queue");
    try (SegmentLog ends =
        SegmentLog.open(
            new RealDisk(),
            queue.resolve("ends"),
            queue.resolve("quarantine"),
            LogSettings.usual(),
            new SecureRandom())) {
      FateRecord one =
          FateRecord.of(FateRecord.Kind.DELIVERED, first(0), "one", Instant.EPOCH, "", "");
      FateRecord two =
          FateRecord.of(FateRecord.Kind.DELIVERED, first(1), "one", Instant.EPOCH, "", "");
      ends.append(List.of(one.entry(), two.entry()));
    }
  }

  @Test
  void verify_endsNotedWhileTheLogTookNothing_areCounted() throws IOException {
    noteEnds();
    assertThat(run("store", "verify")).isZero();
    assertThat(out.toString()).contains("2 fates, 2 more in ends/; nothing is damaged");
  }

  @Test
  void verify_endsNotedAndDamaged_exits1AndSaysWhere() throws IOException {
    noteEnds();
    flip(onlyEnds(), "one");
    assertThat(run("store", "verify")).isEqualTo(1);
    assertThat(out.toString())
        .contains("ends/" + onlyEnds().getFileName() + " at 64 ")
        .contains("DAMAGED: no good record\n")
        .contains("2 fates, 1 more in ends/; 1 damaged ranges");
  }

  private Path onlyEnds() throws IOException {
    try (Stream<Path> files = Files.list(data().resolve("queue/ends"))) {
      return files.findFirst().orElseThrow();
    }
  }

  @Test
  void dump_endsNotedWhileTheLogTookNothing_areLinesToo() throws IOException {
    noteEnds();
    assertThat(run("store", "dump")).isZero();
    assertThat(
            out.toString()
                .lines()
                .filter(
                    l -> l.startsWith("{\"type\":\"delivered\"") && l.contains("\"ends\":true")))
        .hasSize(2);
    assertThat(out.toString().lines().filter(l -> l.contains("\"ends\":true"))).hasSize(3);
  }

  @Test
  void export_endsNotedWhileTheLogTookNothing_count() throws IOException {
    noteEnds();
    assertThat(run("store", "export", "--eml", folder.resolve("eml").toString())).isZero();
    assertThat(out).hasToString("1 messages written\n");
  }

  /** The key of a delivery of the first message, which begins behind the segment's head. */
  private static long first(int number) {
    return Key.of(64, number);
  }

  private static String exported(Path folder, String id) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      Path file =
          files.filter(f -> f.toString().endsWith("-" + id + ".eml")).findFirst().orElseThrow();
      return Files.readString(file);
    }
  }
}
