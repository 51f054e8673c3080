package org.holdfast.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.KeyValuePair;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What strangers write into fields stays on its line and in its field. */
class LogLinesTest {

  private final LoggerContext context = new LoggerContext();
  private final TextLines text = new TextLines();
  private final JsonLines json = new JsonLines();

  LogLinesTest() {
    text.setContext(context);
    text.start();
    json.setContext(context);
    json.start();
  }

  private LoggingEvent event(String message, @Nullable Throwable failure, Object... fields) {
    LoggingEvent event =
        new LoggingEvent(
            "x",
            context.getLogger("org.holdfast.gateway.accept.Conversation"),
            Level.INFO,
            message,
            failure,
            null);
    for (int i = 0; i < fields.length; i += 2) {
      event.addKeyValuePair(new KeyValuePair((String) fields[i], fields[i + 1]));
    }
    return event;
  }

  private String text(LoggingEvent event) {
    return new String(text.encode(event), StandardCharsets.UTF_8);
  }

  private String json(LoggingEvent event) {
    return new String(json.encode(event), StandardCharsets.UTF_8);
  }

  @Test
  void text_plainValues_readAsInPostfix() {
    String line =
        text(
            event(
                "message",
                null,
                "id",
                "01ABC",
                "client",
                "mx1.example.com[192.0.2.1]",
                "helo",
                "mx1",
                "from",
                "",
                "to",
                List.of("a@x.org", "b+c@x.org"),
                "size",
                1234L,
                "delay",
                0.025,
                "status",
                "accepted",
                "reply",
                "250 2.0.0 OK (queued)"));
    assertThat(line)
        .matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\S+ INFO  \\[\\S+\\] \\S+ [^\\n]*\\n")
        .endsWith(
            " message id=01ABC client=mx1.example.com[192.0.2.1] helo=<mx1> from=<>"
                + " to=<a@x.org>,<b+c@x.org> size=1234 delay=0.025 status=accepted"
                + " (250 2.0.0 OK (queued))\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\r\nb",
        "a\nb",
        "a\u0085b",
        "a\u2028b",
        "a\u2029b",
        "a\u000bb",
        "a\fb",
        "a\u001b[31mb",
        "a\u007fb",
        "a\u0000b",
        "a\u009bb",
        "a\u202eb",
        "a\u2066b",
        "a\u200fb",
        "a\u200bb",
        "a\ufeffb",
        "a\u061cb",
        "a\ud800b",
        "a\udc00b",
        "a\u00a0b",
        "a\u3000b",
        "a\ue000b",
        "a\udb40\udc41b",
        "a\tb"
      })
  void strangers_neverBreakTheLine_norHide(String value) {
    LoggingEvent event =
        event(
            value,
            new IllegalStateException(value),
            "from",
            value,
            "id",
            value,
            "to",
            List.of(value),
            "reply",
            value);
    String line = text(event).lines().findFirst().orElseThrow();
    assertThat(line).contains("from=<a\\u", "id=a\\u", "to=<a\\u", "(a\\u").endsWith("b)");
    assertThat(text(event).lines().skip(1)).allMatch(trace -> trace.startsWith("\t"));
    for (String written : List.of(text(event), json(event))) {
      assertThat(written.endsWith("\n")).isTrue();
      assertThat(written.codePoints().filter(c -> "\n\t ".indexOf(c) < 0))
          .allMatch(LogLinesTest::isVisible);
    }
    assertThat(json(event).lines().count()).isEqualTo(1);
    JsonNode read = JsonMapper.builder().build().readTree(json(event));
    assertThat(read.get("from").stringValue()).isEqualTo(value);
    assertThat(read.get("message").stringValue()).isEqualTo(value);
  }

  private static boolean isVisible(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE ->
          false;
      default -> true;
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a> to=<victim@x",
        "\"a> status=sent (250\"@x",
        "a status=sent",
        "a\\u0020b",
        "a\" id=\"b",
        "a<b>c"
      })
  void strangers_neverFakeAField(String value) {
    for (String key : List.of("from", "helo", "client", "id")) {
      String line = text(event("message", null, key, value, "status", "rejected", "reply", "550"));
      String fields = line.substring(line.indexOf(" message ") + 9).strip();
      assertThat(fields.split(" ", -1)).hasSize(3);
      assertThat(fields).endsWith(" status=rejected (550)");
      assertThat(fields.chars().filter(c -> c == '>').count()).isLessThanOrEqualTo(1);
    }
    String words = text(event("message", null, "status", "deferred", "reply", value));
    assertThat(words.chars().filter(c -> c == '=').count()).isEqualTo(1);
    assertThat(words).contains(" status=deferred (").endsWith(")\n");
    JsonNode read =
        JsonMapper.builder().build().readTree(json(event("message", null, "from", value)));
    assertThat(read.get("from").stringValue()).isEqualTo(value);
  }

  @Test
  void words_equalsSigns_stayReadable_butMakeNoField() {
    String said = "250 OK queued=1, see x?id=2 (X=3) status=sent (to=<a@x> id=4,client=5 a_to=6";
    assertThat(text(event("m", null, "reply", said)))
        .endsWith(
            " m (250 OK queued=1, see x?id=2 (X=3) status\\u003dsent (to\\u003d<a@x>"
                + " id\\u003d4,client\\u003d5 a_to=6)\n");
  }

  @Test
  void everyField_isKnownToTheWordsThatMustNotLookLikeOne() throws IOException {
    List<String> unknown = new ArrayList<>();
    for (String module : List.of("../smtp-gateway", "../holdqueue", "../routing")) {
      try (Stream<Path> sources = Files.walk(Path.of(module, "src", "main", "java"))) {
        for (Path source : sources.filter(p -> p.toString().endsWith(".java")).toList()) {
          Matcher keys =
              Pattern.compile("addKeyValue\\(\\s*\"([^\"]*)\"").matcher(Files.readString(source));
          keys.results()
              .map(k -> k.group(1))
              .filter(k -> !FieldText.isField(k))
              .forEach(unknown::add);
        }
      }
    }
    assertThat(unknown).isEmpty();
  }

  @Test
  void text_otherScripts_stayReadable() {
    assertThat(
            text(
                event(
                    "m", null, "from", "jürgen@bücher.example", "to", List.of("用户@例え.jp", "😀@x"))))
        .endsWith("from=<jürgen@bücher.example> to=<用户@例え.jp>,<😀@x>\n");
  }

  @Test
  void json_fieldsAreRealOnes() {
    JsonNode read =
        JsonMapper.builder()
            .build()
            .readTree(
                json(
                    event(
                        "message",
                        new IllegalStateException("broken"),
                        "size",
                        12L,
                        "delay",
                        0.5,
                        "to",
                        List.of("a@x", "b\"@x"))));
    assertThat(read.get("level").stringValue()).isEqualTo("INFO");
    assertThat(read.get("timestamp").isNumber()).isTrue();
    assertThat(read.get("message").stringValue()).isEqualTo("message");
    assertThat(read.get("size").intValue()).isEqualTo(12);
    assertThat(read.get("delay").doubleValue()).isEqualTo(0.5);
    assertThat(read.get("to").get(1).stringValue()).isEqualTo("b\"@x");
    assertThat(read.get("trace").stringValue()).contains("IllegalStateException: broken");
  }
}
