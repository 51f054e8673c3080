package org.holdfast.gateway.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.conf.SettingsFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadTest {

  @TempDir Path folder;

  private final List<Settings> applied = new ArrayList<>();

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("holdfast.yaml"), text);
  }

  private Reload reload(String running) throws Exception {
    Path file = write(running);
    Reload reload =
        new Reload(
            file, SettingsFile.configuration(file), (settings, _, _) -> applied.add(settings));
    reload.started();
    return reload;
  }

  @Test
  void liveKey_changed_isApplied() throws Exception {
    Reload reload = reload("release: { rate-per-pair: 5 }");
    write("release: { rate-per-pair: 9 }");

    assertThat(reload.now()).isEqualTo("configuration reloaded: release.rate-per-pair: 5 -> 9");
    assertThat(applied.getFirst().release().ratePerPair()).isEqualTo(9);
    assertThat(reload.now()).isEqualTo("configuration reloaded: nothing has changed");
  }

  @Test
  void wrongFile_changesNothing_andIsToldByLineAndKey() throws Exception {
    Reload reload = reload("release: { rate-per-pair: 5 }");
    write("retry: { max: 5m }\nrelease: { rate-per-pair: many }");

    assertThat(reload.now()).contains("NOT reloaded", "holdfast.yaml:2", "release.rate-per-pair");
    assertThat(applied).isEmpty();
    write("\n");
    assertThat(reload.now()).contains("NOT reloaded", "it is empty");
    assertThat(applied).isEmpty();
    Files.delete(folder.resolve("holdfast.yaml"));
    assertThat(reload.now()).contains("NOT reloaded", "no such file");
    assertThat(applied).isEmpty();
  }

  @Test
  void otherKey_changed_isNamedEachTimeUntilARestart() throws Exception {
    Reload reload = reload("node: gw1");
    write("node: gw2");

    assertThat(reload.now()).endsWith("needs a restart: node");
    assertThat(reload.now()).endsWith("needs a restart: node");
    write("node: gw1");
    assertThat(reload.now()).endsWith("nothing has changed");
  }

  @Test
  void partThatRefuses_isTold_andTheNextReloadTriesAgain() throws Exception {
    Path file = write("");
    boolean[] refuses = {true};
    Reload reload =
        new Reload(
            file,
            SettingsFile.configuration(file),
            (settings, _, _) -> {
              if (refuses[0]) {
                throw new IllegalStateException("not now");
              }
              applied.add(settings);
            });
    reload.started();
    write("release: { rate-per-pair: 9 }");
    assertThat(reload.now()).contains("in part", "not now");

    refuses[0] = false;
    assertThat(reload.now()).endsWith("release.rate-per-pair: 0 -> 9");
    assertThat(applied).hasSize(1);
  }

  @Test
  void stillStarting_isRefused_andNothingIsTaken() throws Exception {
    Path file = write("");
    Reload reload =
        new Reload(
            file, SettingsFile.configuration(file), (settings, _, _) -> applied.add(settings));
    assertThat(reload.now()).contains("NOT reloaded", "still starting");
    assertThat(applied).isEmpty();
  }

  @Test
  void relativePaths_beginWhereTheyDidAtTheStart() throws Exception {
    Path file = write("data: d");
    Path base = folder.resolve("home");
    Reload reload =
        new Reload(
            file,
            SettingsFile.configuration(file, base),
            (settings, _, _) -> applied.add(settings));
    reload.started();
    assertThat(reload.now()).endsWith("nothing has changed");
    assertThat(applied.getFirst().data()).isEqualTo(base.resolve("d"));
  }
}
