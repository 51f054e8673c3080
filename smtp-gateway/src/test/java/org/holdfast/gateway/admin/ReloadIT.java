package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.holdfast.gateway.conf.LiveKeys;
import org.holdfast.gateway.conf.SettingsFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code POST /v1/reload}. */
class ReloadIT {

  private Api api;
  @TempDir private Path folder;

  @BeforeEach
  void start() throws Exception {
    api = new Api(folder);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void reload_whatChangedAndWhatWaits_isAnswered() throws Exception {
    var asked = new java.util.ArrayList<Configured.By>();
    api.configured =
        by -> {
          asked.add(by);
          var change =
              new LiveKeys.Change(
                  List.of(new LiveKeys.Taken("release.rate-per-pair", "0", "9")), List.of("node"));
          return new Configured.Reread("/etc/h.yaml", change);
        };
    var reply = api.post("/v1/reload", "");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body())
        .isEqualTo(
            "{\"file\":\"/etc/h.yaml\",\"changed\":[{\"key\":\"release.rate-per-pair\",\"before\":\"0\","
                + "\"after\":\"9\"}],\"restart\":[\"node\"]}");
    assertThat(asked).containsExactly(new Configured.By("operator", "127.0.0.1"));
  }

  @Test
  void reload_wrongFile_saysWhere() throws Exception {
    Path file = Files.writeString(folder.resolve("h.yaml"), "node: gw1\nsmtp: { alow: [] }\n");
    api.configured =
        _ -> {
          var _ = SettingsFile.configuration(file);
          throw new IllegalStateException("it is read");
        };
    var reply = api.post("/v1/reload", "{}");
    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.text("detail"))
        .startsWith("configuration not reloaded, nothing is changed: " + file + ":2: smtp.alow: ");
    assertThat(reply.text("file")).isEqualTo(file.toString());
    assertThat(reply.json().path("line").asInt()).isEqualTo(2);
    assertThat(reply.text("key")).isEqualTo("smtp.alow");
  }

  @Test
  void reload_whileStarting_is503() throws Exception {
    api.configured =
        _ -> {
          throw new Configured.NotStartedException();
        };
    assertThat(api.post("/v1/reload", "").status()).isEqualTo(503);
  }
}
