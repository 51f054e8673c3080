package org.holdfast.gateway.bounce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NotificationTest {

  private static final Reporter REPORTER = new Reporter("gw1.example.com", "help@example.com");
  private static final Reply POLICY = new Reply(550, "5.7.1", "Not here");
  private static final String LETTER =
      "From: ann@far.example\r\nSubject: hello\r\n\r\nBody line\r\n";

  private String sender = "ann@far.example";
  private String recipient = "bob@example.com";
  private Map<String, String> mail = Map.of();
  private Map<String, String> rcpt = Map.of();
  private Reply reply = POLICY;
  private String host = "imap5.example.com";

  /** RFC 8689 section 5. */
  @Test
  void message_thatRequiresTls_comesBackAsItsHeader_andRequiresTlsToo() throws Exception {
    mail = Map.of("RET", "FULL", "REQUIRETLS", "");

    Notification notification = notification(LETTER);

    assertThat(notification.envelope().parameters()).containsOnlyKeys("REQUIRETLS");
    assertThat(ParsedReport.of(notification.content()).returned().body())
        .contains("Subject: hello")
        .doesNotContain("Body line");
  }

  @Test
  void report_hasThePartsAndFieldsOfTheStandards() throws Exception {
    mail = Map.of("RET", "FULL", "ENVID", "QQ314159+2B1");
    rcpt = Map.of("NOTIFY", "FAILURE", "ORCPT", "rfc822;Bob+2Bx@example.com");

    Notification notification = notification(LETTER);
    ParsedReport report = ParsedReport.of(notification.content());

    assertThat(notification.envelope().reversePath()).isEmpty();
    assertThat(notification.envelope().id()).isEqualTo("DSN1");
    assertThat(notification.envelope().parameters()).isEmpty();
    assertThat(report.field("To")).isEqualTo("<ann@far.example>");
    assertThat(report.field("From")).isEqualTo("Mail Delivery System <help@example.com>");
    assertThat(report.field("Auto-Submitted")).isEqualTo("auto-replied");
    assertThat(report.field("Date")).isEqualTo("Sun, 22 Nov 2026 09:00:00 +0000");
    assertThat(report.field("Message-ID")).isEqualTo("<DSN1@gw1.example.com>");
    assertThat(report.field("X-Holdfast-Id")).isEqualTo("DSN1");
    assertThat(report.field("MIME-Version")).isEqualTo("1.0");
    assertThat(report.field("Content-Type"))
        .startsWith("multipart/report; report-type=delivery-status;");
    assertThat(report.parts())
        .extracting(part -> part.field("Content-Type"))
        .containsExactly(
            "text/plain; charset=us-ascii", "message/delivery-status", "message/rfc822");
    assertThat(report.explanation().body())
        .contains("<bob@example.com>", "550 5.7.1 Not here", "MAIL1", "<help@example.com>");
    assertThat(report.status().blocks()).hasSize(2);
    assertThat(report.status().blocks().get(0))
        .containsExactly(
            "Original-Envelope-Id: QQ314159+1",
            "Reporting-MTA: dns; gw1.example.com",
            "X-Holdfast-Id: MAIL1",
            "Arrival-Date: Sun, 22 Nov 2026 08:00:00 +0000");
    assertThat(report.status().blocks().get(1))
        .containsExactly(
            "Original-Recipient: rfc822; Bob+x@example.com",
            "Final-Recipient: rfc822; bob@example.com",
            "Action: failed",
            "Status: 5.7.1",
            "Remote-MTA: dns; imap5.example.com",
            "Diagnostic-Code: smtp; 550 5.7.1 Not here",
            "Last-Attempt-Date: Sun, 22 Nov 2026 09:00:00 +0000");
    assertThat(report.returned().body()).isEqualTo(LETTER);
  }

  @Test
  void parameters_absent_haveNoFields() throws Exception {
    ParsedReport report = report(LETTER);

    assertThat(report.ofMessage("Original-Envelope-Id")).isEmpty();
    assertThat(report.ofRecipient("Original-Recipient")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"FULL, message/rfc822", "HDRS, text/rfc822-headers", ", text/rfc822-headers"})
  void ret_decidesWhatComesBack(@Nullable String ret, String type) throws Exception {
    mail = ret == null ? Map.of() : Map.of("RET", ret);

    ParsedReport.Part returned = report(LETTER).returned();

    assertThat(returned.field("Content-Type")).isEqualTo(type);
    assertThat(returned.body()).startsWith("From: ann@far.example\r\nSubject: hello\r\n");
    assertThat(returned.body().contains("Body line")).isEqualTo("FULL".equals(ret));
  }

  @ParameterizedTest
  @CsvSource({"-1, message/rfc822", "0, message/rfc822", "1, text/rfc822-headers"})
  void message_comesBackWholeUpToTheLimit(int beyond, String type) throws Exception {
    mail = Map.of("RET", "FULL");
    String head = "Subject: x\r\n\r\n";
    int size = OriginalMessage.MOST_RETURNED + beyond;

    ParsedReport.Part returned = report(head + lines(size - head.length() - 2) + "\r\n").returned();

    assertThat(returned.field("Content-Type")).isEqualTo(type);
    assertThat(returned.body().length()).isEqualTo(beyond > 0 ? "Subject: x\r\n".length() : size);
  }

  @Test
  void header_longerThanTheLimit_isCutAfterAWholeLine() throws Exception {
    String field = "X-Filler: " + "y".repeat(80) + "\r\n";

    String returned = report(field.repeat(2_000) + "\r\nbody\r\n").returned().body();

    assertThat(returned.length())
        .isLessThanOrEqualTo(OriginalMessage.MOST_RETURNED)
        .isGreaterThan(OriginalMessage.MOST_RETURNED - field.length());
    assertThat(returned).isEqualTo(field.repeat(returned.length() / field.length()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\r\n", "no header", "Subject: x", "Subject: x\r\n", "\r\nbody"})
  void message_ofAnyShape_makesAReport(String letter) throws Exception {
    for (String ret : new String[] {"FULL", "HDRS"}) {
      mail = Map.of("RET", ret);
      assertThat(report(letter).parts()).hasSize(3);
    }
  }

  @Test
  void body_of8Bit_comesBackAsItIs() throws Exception {
    mail = Map.of("RET", "FULL");
    String letter = "Subject: x\r\n\r\nGr\u00fc\u00dfe\r\n";

    Notification notification = notification(letter);
    ParsedReport report = ParsedReport.of(notification.content());

    assertThat(notification.envelope().parameters()).containsExactly(Map.entry("BODY", "8BITMIME"));
    assertThat(report.field("Content-Transfer-Encoding")).isEqualTo("8bit");
    assertThat(report.returned().field("Content-Transfer-Encoding")).isEqualTo("8bit");
    assertThat(report.returned().decoded()).isEqualTo(letter);
  }

  @Test
  void header_thatIsNotAscii_comesBackAloneAndEncoded() throws Exception {
    mail = Map.of("RET", "FULL", "SMTPUTF8", "");
    String header = "Subject: Gr\u00fc\u00dfe \u65e5\u672c " + "\u00e9 ".repeat(60) + "\u00e9\r\n";

    Notification notification = notification(header + "\r\nGr\u00fc\u00dfe\r\n");
    ParsedReport report = ParsedReport.of(notification.content());

    assertThat(notification.envelope().parameters()).isEmpty();
    assertThat(report.raw()).matches("\\p{ASCII}*");
    assertThat(report.returned().field("Content-Type"))
        .isEqualTo("text/rfc822-headers; charset=utf-8");
    assertThat(report.returned().decoded()).isEqualTo(header);
    assertThat(report.returned().body().lines()).allMatch(line -> line.length() <= 76);
  }

  @Test
  void addresses_internationalized_areAsciiInTheStatus() throws Exception {
    sender = "j\u00f6rg@far.example";
    recipient = "\u7528\u6237\\@example.com";
    rcpt = Map.of("ORCPT", "utf-8;\u7528\\x{6237}@example.com");

    ParsedReport report = report(LETTER);

    assertThat(report.ofRecipient("Final-Recipient"))
        .isEqualTo("utf-8; \\x{7528}\\x{6237}\\x{5C}@example.com");
    assertThat(report.ofRecipient("Original-Recipient"))
        .isEqualTo("utf-8; \\x{7528}\\x{6237}@example.com");
    assertThat(report.status().body()).matches("\\p{ASCII}*");
    assertThat(report.explanation().decoded()).contains("<\u7528\u6237\\@example.com>");
    assertThat(report.explanation().body()).matches("\\p{ASCII}*");
    assertThat(
            new String(
                report.field("To").getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
        .isEqualTo("<j\u00f6rg@far.example>");
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, dns; [127.0.0.1]",
    "2001:db8::1, dns; [IPv6:2001:db8::1]",
    "imap5, dns; imap5"
  })
  void host_anyForm_isNamed(String given, String named) throws Exception {
    host = given;
    assertThat(report(LETTER).ofRecipient("Remote-MTA")).isEqualTo(named);
  }

  @Test
  void reply_withoutEnhancedCode_isAFailureOfAnyKind() throws Exception {
    reply = new Reply(552, "", "Too big");

    assertThat(report(LETTER).ofRecipient("Status")).isEqualTo("5.0.0");
    assertThat(report(LETTER).ofRecipient("Diagnostic-Code")).isEqualTo("smtp; 552 Too big");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x\r\nBcc: victim@example.com",
        "x\nBcc: victim@example.com",
        "x\r\n\r\n<html>",
        "x\u0085Bcc: y",
        "x\u2028Bcc: y",
        "x\u0000y",
        "x\r\n--=_DSN1--\r\n"
      })
  void line_endInWhatOthersWrote_addsNothing(String evil) throws Exception {
    ParsedReport innocent = report(LETTER);
    sender = evil + "@far.example";
    recipient = evil + "@example.com";
    host = evil;
    reply = new Reply(550, "5.7.1", evil);
    mail = Map.of("ENVID", evil);
    rcpt = Map.of("ORCPT", "rfc822;" + evil);

    ParsedReport report = report(LETTER);

    assertThat(report.parts()).hasSize(3);
    assertThat(names(report.fields())).isEqualTo(names(innocent.fields()));
    assertThat(report.status().blocks()).hasSize(2);
    assertThat(names(report.status().blocks().get(1)))
        .isEqualTo(names(innocent.status().blocks().get(1)));
    assertThat(report.explanation().body().lines().count())
        .isEqualTo(innocent.explanation().body().lines().count());
  }

  @Test
  void message_withTheBoundaryInIt_doesNotEndItsReport() throws Exception {
    mail = Map.of("RET", "FULL");
    String letter =
        "Subject: x\r\n\r\n--=_DSN1--\r\n--=_DSN1_1\r\nContent-Type: text/html\r\n\r\nevil\r\n";

    ParsedReport report = report(letter);

    assertThat(report.parts()).hasSize(3);
    assertThat(report.returned().body()).isEqualTo(letter);
  }

  @Test
  void lines_neverBecomeTooLong() throws Exception {
    recipient = "\u7528".repeat(600) + "@example.com";
    sender = "s".repeat(2_000) + "@far.example";
    reply = new Reply(550, "5.7.1", "word ".repeat(80).strip());
    rcpt = Map.of("ORCPT", "utf-8;" + "\u7528".repeat(490));

    assertThat(report(LETTER).raw().split("\r\n")).allMatch(line -> line.length() <= 998);
    assertThat(report(LETTER).ofRecipient("Diagnostic-Code"))
        .isEqualTo("smtp; 550 5.7.1 " + "word ".repeat(80).strip());
  }

  @Test
  void message_thatCannotBeRead_isSaidSo() {
    Content broken =
        new Content() {
          @Override
          public long size() {
            return 1;
          }

          @Override
          public InputStream open() throws IOException {
            throw new IOException("scripted");
          }
        };

    assertThatThrownBy(() -> Notification.of("DSN1", failure(broken), REPORTER))
        .isInstanceOf(IOException.class);
  }

  private static List<String> names(List<String> fields) {
    return fields.stream()
        .map(field -> field.substring(0, field.indexOf(':')))
        .filter(name -> !name.equals("Original-Recipient"))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\0b\r\n", "a\nb\r\n", "a\rb\r\n"})
  void binaryMessage_comesBackAsItsHeader(String body) throws IOException {
    mail = Map.of("RET", "FULL", "BODY", "BINARYMIME");
    ParsedReport report = report("Subject: x\r\n\r\n" + body);
    assertThat(report.returned().field("Content-Type")).isEqualTo("text/rfc822-headers");
    assertThat(report.returned().body()).isEqualTo("Subject: x\r\n");
    assertThat(report("Subject: \0\r\n\r\n" + body).returned().body())
        .isEqualTo("Subject: =00\r\n");
  }

  private static String lines(int octets) {
    String line = "z".repeat(70) + "\r\n";
    String text = line.repeat(octets / line.length());
    return text + "z".repeat(octets - text.length());
  }

  private ParsedReport report(String letter) throws IOException {
    return ParsedReport.of(notification(letter).content());
  }

  private Notification notification(String letter) throws IOException {
    Content content = new OctetsInMemory(letter.getBytes(StandardCharsets.UTF_8));
    return Notification.of("DSN1", failure(content), REPORTER);
  }

  private Report failure(Content content) {
    Instant accepted = Instant.parse("2026-11-22T08:00:00Z");
    return new Report(
        Action.FAILED,
        new Envelope("MAIL1", sender, accepted, "mx [192.0.2.1]", mail),
        new Recipient("real@internal.example", "lane", recipient, rcpt),
        content,
        reply,
        host,
        accepted.plusSeconds(3_600));
  }
}
