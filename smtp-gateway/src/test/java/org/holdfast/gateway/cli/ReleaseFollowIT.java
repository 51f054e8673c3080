package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code queue summary --follow}. */
class ReleaseFollowIT {

  private static final String RELEASES = "GET /v1/releases";
  private static final String ENDED =
      "{\"items\":[{\"pair\":\"p\",\"state\":\"ended\",\"done\":9,\"left\":0,\"rate\":3.0,"
          + "\"ended\":\"2026-11-21T10:00:07.5Z\"}]}";

  private final Cli cli = new Cli();
  private final Deque<String> looks = new ArrayDeque<>();

  @AfterEach
  void stop() {
    cli.close();
  }

  private static String going(int done, int left, String state, String more) {
    return "{\"items\":[{\"pair\":\"p\",\"state\":\"%s\",\"done\":%d,\"left\":%d,\"rate\":2.5%s}]}"
        .formatted(state, done, left, more);
  }

  private int follow(String... words) {
    cli.gateway.on(RELEASES, 200, looks.remove());
    while (!looks.isEmpty()) {
      String look = looks.remove();
      cli.pace.then(() -> cli.gateway.on(RELEASES, 200, look));
    }
    List<String> line = new ArrayList<>(List.of("queue", "summary", "--follow"));
    line.addAll(List.of(words));
    return cli.run(line.toArray(String[]::new));
  }

  @Test
  void release_isFollowedToItsEnd() {
    looks.add(going(0, 9, "releasing", ""));
    looks.add(going(4, 5, "releasing", ",\"expectedEnd\":\"2026-11-21T10:00:06Z\""));
    looks.add(
        going(4, 5, "down", ",\"lastReply\":\"421 no\",\"nextProbe\":\"2026-11-21T10:00:05Z\""));
    looks.add(ENDED);
    assertThat(follow()).isEqualTo(0);
    List<String> lines =
        cli.out.toString().lines().map(line -> line.replaceFirst("^\\S+ +", "")).toList();
    assertThat(lines)
        .containsExactly(
            "p  done 0  left 9  2.5/s  expected end -",
            "p  done 4  left 5  2.5/s  expected end 2026-11-21T10:00:06Z",
            "p  done 4  left 5  2.5/s  DOWN, next try 2026-11-21T10:00:05Z: 421 no",
            "p  done 9  left 0  3.0/s  ended 2026-11-21T10:00:07Z");
  }

  @Test
  void json_isALineForEachLook() {
    looks.add(going(4, 5, "releasing", ""));
    looks.add(ENDED);
    assertThat(follow("--json")).isEqualTo(0);
    assertThat(cli.out.toString().lines()).containsExactly(going(4, 5, "releasing", ""), ENDED);
  }

  @Test
  void terminal_linesAreDrawnAnewAndNeverBreak() {
    cli.tty = new Tty(true, true, true, 40, 24, true);
    looks.add(going(0, 9, "down", ",\"lastReply\":\"451 4.4.1 connect failed: refused\""));
    looks.add(ENDED);
    assertThat(follow()).isEqualTo(0);
    assertThat(cli.out.toString()).contains("\u001B[1A\u001B[J", "[####################]");
    assertThat(cli.out.toString().lines().map(line -> line.replaceAll("\u001B\\[\\d*[AJ]", "")))
        .allSatisfy(line -> assertThat(line.length()).isLessThan(40));
  }

  @Test
  void nothingToRelease_endsAtOnce() {
    cli.gateway.on(RELEASES, 200, ENDED);
    assertThat(cli.run("queue", "summary", "--follow")).isEqualTo(0);
    assertThat(cli.out).hasToString("nothing is being released\n");
  }
}
