package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class TopFrameTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final String PAIRS =
      """
      [{"name":"b","active":"b1","health":"down","state":"active","held":7,
        "byState":{"held":0,"ready":0,"deferred":7,"parked":0},"inFlight":1,"ratePerSecond":0.0,
        "oldest":"2026-11-22T09:58:00Z",
        "members":{"b1":{"health":"down","since":"2026-11-22T09:59:00Z","detail":"refused"}}},
       {"name":"a","active":"a1","health":"up","state":"hold","held":3,"reason":"fsck",
        "byState":{"held":3,"ready":0,"deferred":0,"parked":0},"inFlight":0,"ratePerSecond":2.5,
        "oldest":null,"members":{"a1":{"health":"up"}}}]
      """;
  private static final String RELEASES =
      """
      [{"pair":"a","state":"releasing","done":30,"left":10,"rate":2.5,
        "expectedEnd":"2026-11-22T10:00:04Z","users":[{"user":"u@x.org"}]}]
      """;
  private static final String EVENTS =
      """
      [{"id":1,"at":"2026-11-22T09:00:00Z","who":"op","what":"pair.state","target":"a","why":"fsck"},
       {"id":2,"at":"2026-11-22T09:30:00Z","who":"op","what":"user.state","target":"u","why":""}]
      """;

  private final TopView view = new TopView();

  private static JsonNode json(String text) {
    return AdminClient.JSON.readTree(text);
  }

  private static TopLook look(String overview, String attention) {
    return new TopLook(
        NOW, json(overview), json(PAIRS), json(RELEASES), json(attention), json(EVENTS));
  }

  private static TopLook look() {
    return look(
        "{\"held\":12345,\"messages\":9,\"bytes\":2048,\"oldest\":\"2026-11-22T09:58:00Z\","
            + "\"flow\":{\"accepted\":43.2,\"delivered\":null},"
            + "\"disk\":{\"used\":1024,\"free\":4096,\"room\":2048,\"hoursLeft\":38.44}}",
        "[{\"urgency\":\"now\",\"target\":\"b\",\"what\":\"b1 is down\",\"detail\":\"It said: no\"},"
            + "{\"urgency\":\"soon\",\"target\":\"\",\"what\":\"2 parked\",\"detail\":\"For ever.\"}]");
  }

  private List<String> text(int width, int height) {
    return new TopFrame(look(), view, "http://gw")
        .screen(width, height).stream().map(line -> line.shown(width, false)).toList();
  }

  @Test
  void screen_saysEverythingAtOnce() {
    String screen = String.join("\n", text(120, 40));
    assertThat(screen)
        .contains(
            "Holdfast  http://gw  2026-11-22T10:00:00Z",
            "12 345 held (9 messages, 2KiB), the oldest for 2m0s;"
                + " disk: 1KiB used, 2KiB left for mail, full in 38.4 h",
            "43.2/s accepted, 2.5/s released",
            "Needs a person: b1 is down (b): It said: no",
            "Needs a person: 2 parked: For ever.",
            "a [###############.....] done 30  left 10  2.5/s  expected end 2026-11-22T10:00:04Z"
                + "  at u@x.org")
        .containsSubsequence("user.state", "pair.state");
  }

  @Test
  void screen_isExactlyAsLargeAsTheTerminal() {
    for (int height = 2; height < 30; height++) {
      for (int width : new int[] {20, 79, 200}) {
        List<String> lines = text(width, height);
        assertThat(lines).hasSize(height);
        assertThat(lines)
            .allSatisfy(line -> assertThat(Columns.of(line)).isLessThanOrEqualTo(width));
      }
    }
  }

  @Test
  void sort_changesTheOrderOfPairs() {
    assertThat(String.join("\n", text(120, 40))).containsSubsequence("\na  ", "\nb  ");
    assertThat(view.press(TopView.Key.of('s'))).isTrue();
    assertThat(view.sort()).isEqualTo(TopView.Sort.HELD);
    assertThat(String.join("\n", text(120, 40))).containsSubsequence("\nb  ", "\na  ");
    assertThat(view.press(TopView.Key.SORT)).isTrue();
    assertThat(view.press(TopView.Key.SORT)).isTrue();
    assertThat(view.sort()).isEqualTo(TopView.Sort.RATE);
    assertThat(String.join("\n", text(120, 40))).containsSubsequence("\na  ", "\nb  ");
  }

  @Test
  void scroll_endsWhereTheLinesEnd() {
    for (int i = 0; i < 100; i++) {
      assertThat(view.press(TopView.Key.DOWN)).isTrue();
    }
    List<String> lines = text(80, 12);
    assertThat(lines.get(10)).contains("pair.state");
    assertThat(lines.getLast()).doesNotContain("more below");
    assertThat(view.press(TopView.Key.PAGE_UP)).isTrue();
    assertThat(text(80, 12).getLast()).contains("more below");
  }

  @Test
  void keys_doWhatHelpSays() {
    assertThat(view.press(TopView.Key.HELP)).isTrue();
    assertThat(String.join("\n", text(80, 24))).contains("sort the pairs").doesNotContain("EVENTS");
    assertThat(view.press(TopView.Key.OTHER)).isTrue();
    assertThat(String.join("\n", text(80, 24))).doesNotContain("sort the pairs");
    assertThat(view.press(TopView.Key.PAUSE)).isTrue();
    assertThat(text(80, 24).getFirst()).endsWith("PAUSED");
    assertThat(view.press(TopView.Key.QUIT)).isFalse();
    assertThat(TopView.Key.of('j')).isEqualTo(TopView.Key.DOWN);
    assertThat(TopView.Key.ofSequence('A')).isEqualTo(TopView.Key.UP);
  }

  @Test
  void trouble_isOnTop() {
    view.trouble("no gateway\nanswers");
    assertThat(text(80, 24).get(1)).isEqualTo("NO ANSWER, trying again: no gateway answers");
  }

  @Test
  void calm_needsNobody() {
    TopLook calm =
        new TopLook(NOW, json("{\"held\":0}"), json("[]"), json("[]"), json("[]"), json("[]"));
    assertThat(new TopFrame(calm, view, "u").all().get(3).text())
        .isEqualTo("Needs a person: nothing");
  }
}
