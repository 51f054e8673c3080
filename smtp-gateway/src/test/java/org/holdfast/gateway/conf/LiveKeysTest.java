package org.holdfast.gateway.conf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveKeysTest {

  private static final Path SHIPPED = Path.of("..", "conf", "holdfast.yaml");
  private static final Pattern KEY = Pattern.compile("( *)([a-z0-9-]+):( .*)?");

  @TempDir Path folder;

  @Test
  void shippedFile_marksExactlyTheKeysThatAreLive() throws Exception {
    List<String> marked = new ArrayList<>();
    List<String> path = new ArrayList<>();
    for (String line : Files.readAllLines(SHIPPED)) {
      Matcher key = KEY.matcher(line);
      if (key.matches()) {
        while (path.size() > key.group(1).length() / 2) {
          path.removeLast();
        }
        path.add(key.group(2));
        if (line.endsWith("  # live")) {
          marked.add(String.join(".", path));
        }
      }
    }
    assertThat(marked)
        .containsExactlyInAnyOrderElementsOf(
            SettingsFile.keys().keySet().stream().filter(LiveKeys::isLive).toList());
  }

  @Test
  void change_liveAndOther_areTold() throws Exception {
    LiveKeys.Change change =
        change("release: { rate-per-pair: 5 }", "release: { rate-per-pair: 9 }\nnode: gw2");
    assertThat(change.live())
        .containsExactly(new LiveKeys.Taken("release.rate-per-pair", "5", "9"));
    assertThat(change.restart()).containsExactly("node");
    assertThat(change.line()).isEqualTo("release.rate-per-pair: 5 -> 9; needs a restart: node");
  }

  @Test
  void change_ofAListAndOfOneWordForASection_areTold() throws Exception {
    assertThat(change("", "smtp: { allow: [10.0.0.0/8, '::1'] }").live())
        .extracting(LiveKeys.Taken::toString)
        .containsExactly("smtp.allow: [127.0.0.0/8, ::1/128] -> [10.0.0.0/8, ::1]");
    assertThat(change("", "delivery: { on-refused: park }").restart()).isEmpty();
    assertThat(change("", "delivery: { on-refused: park }").live()).isNotEmpty();
  }

  @Test
  void change_toTheSame_isNone() throws Exception {
    assertThat(change("", "release: { rate-per-pair: 0 }").line()).isEqualTo("nothing has changed");
  }

  @Test
  void applied_keepsWhatNeedsARestart_soThatItIsToldAgain() throws Exception {
    Map<String, String> runs = read("").texts();
    Map<String, String> wanted = read("node: gw2\nretry: { max: 5m }").texts();
    Map<String, String> after = LiveKeys.applied(runs, wanted);

    assertThat(LiveKeys.change(after, wanted).live()).isEmpty();
    assertThat(LiveKeys.change(after, wanted).restart()).containsExactly("node");
  }

  private LiveKeys.Change change(String before, String after) throws Exception {
    return LiveKeys.change(read(before).texts(), read(after).texts());
  }

  private Configuration read(String text) throws IOException, ConfigurationException {
    return SettingsFile.configuration(Files.writeString(folder.resolve("holdfast.yaml"), text));
  }
}
