package org.holdfast.gateway.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.holdfast.gateway.conf.Settings.OnRefused;
import org.holdfast.gateway.conf.Settings.Refused;
import org.holdfast.routing.HostPort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

class SettingsFileTest {

  private static final Path SHIPPED = Path.of("..", "conf", "holdfast.yaml");

  @Test
  void shippedFile_keys_areTheKeysThatAreRead() throws Exception {
    List<String> shipped = new ArrayList<>();
    flatten("", new YAMLMapper().readTree(Files.readString(SHIPPED)), shipped);

    assertThat(shipped).containsExactlyInAnyOrderElementsOf(SettingsFile.keys().keySet());
  }

  @Test
  void shippedFile_values_areTheDefaults() throws Exception {
    assertThat(SettingsFile.read(SHIPPED)).isEqualTo(SettingsFile.defaults());
  }

  @Test
  void shippedFile_everyKey_hasACommentAbove() throws Exception {
    String text = Files.readString(SHIPPED);
    for (String section : List.of("smtp", "admin", "store", "delivery", "release", "map")) {
      assertThat(text).containsPattern("(?m)^# .*\\n" + section + ":|^" + section + ":\\n  #");
    }
  }

  @Test
  void defaults_contract_holds() {
    Settings settings = SettingsFile.defaults();

    assertThat(settings.node()).isEqualTo("gw1");
    assertThat(settings.smtp().listen()).isEqualTo(new Listen("127.0.0.1", 2525));
    assertThat(settings.lmtp().listen().port()).isEqualTo(2424);
    assertThat(settings.admin().listen().port()).isEqualTo(8025);
    assertThat(settings.smtp().maxMessageSize()).isEqualTo(50L << 20);
    assertThat(settings.store().maxBytes()).isEqualTo(50L << 30);
    assertThat(settings.delivery().handoffTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.retry().max()).isEqualTo(Duration.ofMinutes(10));
    assertThat(settings.map().load()).contains(Path.of("conf/map.yaml"));
    assertThat(settings.operatorToken()).isEqualTo(Path.of("var/data/operator.token"));
  }

  @Test
  void everyValue_changed_isRead() throws Exception {
    Settings settings =
        read(
            """
            node: gw2
            data: ${DATA}/x
            smtp: { listen: "[::1]:0", allow: 10.0.0.0/8, max-message-size: 64KiB }
            delivery: { mass-refusal: { users: 0, within: 10s } }
            release: { rate-per-pair: 7 }
            map: { load: "", subaddress: "-" }
            lmtp: { proxies: [10.0.0.9, "fd00::/8"], xclient: [] }
            log: { format: json, level: warn }
            """);

    assertThat(settings.node()).isEqualTo("gw2");
    assertThat(settings.data()).isEqualTo(Path.of("/srv/x"));
    assertThat(settings.smtp().listen()).isEqualTo(new Listen("::1", 0));
    assertThat(settings.smtp().allow()).containsExactly(Network.parse("10.0.0.0/8"));
    assertThat(settings.delivery().massRefusal())
        .isEqualTo(new Settings.MassRefusal(0, Duration.ofSeconds(10)));
    assertThat(settings.release().ratePerPair()).isEqualTo(7);
    assertThat(settings.map().load()).isEmpty();
    assertThat(settings.lmtp().introducers())
        .isEqualTo(
            new Settings.Introducers(
                List.of(Network.parse("10.0.0.9"), Network.parse("fd00::/8")), List.of()));
    assertThat(settings.smtp().introducers().proxies()).isEmpty();
    assertThat(settings.log())
        .isEqualTo(new Settings.Log(Settings.LogFormat.JSON, Settings.LogLevel.WARN));
  }

  @Test
  void onRefused_oneWordOrOneForEachKind() throws Exception {
    assertThat(read("delivery: { on-refused: bounce }").delivery().onRefused())
        .isEqualTo(new OnRefused(Refused.BOUNCE, Refused.BOUNCE, Refused.BOUNCE));
    assertThat(read("delivery: { on-refused: park }").delivery().onRefused().returnsSome())
        .isFalse();
    assertThat(read("delivery: { on-refused: { policy: park } }").delivery().onRefused())
        .isEqualTo(new OnRefused(Refused.PARK, Refused.PARK, Refused.BOUNCE));
    assertThat(SettingsFile.defaults().delivery().onRefused()).isEqualTo(OnRefused.USUAL);
  }

  @Test
  void onRefused_bounceWithoutASmarthost_isWarnedOfIfItIsNotTheDefault() throws Exception {
    assertThat(read("").delivery().returnsWithoutSmarthost()).isFalse();
    assertThat(read("delivery: { on-refused: park }").delivery().returnsWithoutSmarthost())
        .isFalse();
    assertThat(read("delivery: { on-refused: bounce }").delivery().returnsWithoutSmarthost())
        .isTrue();
    assertThat(
            read("delivery: { on-refused: bounce, smarthost: 'mx:25' }")
                .delivery()
                .returnsWithoutSmarthost())
        .isFalse();
  }

  @Test
  void smarthostAndPostmaster_areRead() throws Exception {
    Settings.Delivery delivery =
        read("delivery: { smarthost: '[::1]:25', postmaster: help@example.com }").delivery();

    assertThat(delivery.smarthost()).contains(new HostPort("::1", 25));
    assertThat(delivery.postmaster()).contains("help@example.com");
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        arguments("nodes: x", "1: nodes: unknown key"),
        arguments("a: 1\nnode: x", "1: a: unknown key"),
        arguments("node: x\nsmtp:\n  listn: y", "3: smtp.listn: unknown key; known here: listen,"),
        arguments("node: a\nnode: b", "2: node: stands here twice"),
        arguments("node: 'a b'", "1: node: not a name"),
        arguments("node: [a]", "1: node: one value is expected here"),
        arguments("hostname: 'a b'", "1: hostname: not a host name"),
        arguments("data: ''", "1: data: a path is expected here"),
        arguments("data: ${NOPE}", "1: data: the environment has no variable NOPE"),
        arguments("smtp: here", "1: smtp: keys with values are expected here"),
        arguments("smtp:\n  listen: 2525", "2: smtp.listen: not a HOST:PORT: 2525"),
        arguments("smtp: { listen: 'x:65536' }", "1: smtp.listen: not a HOST:PORT: x:65536"),
        arguments("smtp: { proxies: [lb] }", "1: smtp.proxies: not an address or network"),
        arguments("lmtp: { xclient: [lb] }", "1: lmtp.xclient: not an address or network"),
        arguments("log: { format: xml }", "1: log.format: text, json: one of these is expected"),
        arguments("log: { level: loud }", "1: log.level: error, warn, info, debug: one of these"),
        arguments("smtp: { allow: [localhost] }", "1: smtp.allow: not an address or network"),
        arguments("smtp: { allow: [10.0.0.0/33] }", "1: smtp.allow: not an address or network"),
        arguments(
            "\nlmtp:\n  max-message-size: 50MB",
            "3: lmtp.max-message-size: not a size such as 50MiB"),
        arguments("smtp: { max-message-size: 3GiB }", "3GiB is not within 64KiB to 2GiB"),
        arguments("smtp: { max-recipients: 0 }", "smtp.max-recipients: 0 is not within 1 to"),
        arguments("smtp: { max-recipients: many }", "smtp.max-recipients: not a whole number"),
        arguments("smtp: { command-timeout: 5 }", "smtp.command-timeout: not a time such as 30s"),
        arguments("smtp: { command-timeout: 2h }", "2h is not within 100ms to 1h"),
        arguments("smtp: { tls: { key: /no/such } }", "smtp.tls.key: there is no readable file"),
        arguments("smtp: { tls: { min-version: '1.1' } }", "smtp.tls.min-version: not one of the"),
        arguments("smtp: { tls: { min-version: '1.4' } }", "smtp.tls.min-version: not one of the"),
        arguments(
            "smtp: { tls: { listen: '127.0.0.1:1' } }", "smtp.tls: listen and client-ca need"),
        arguments("smtp: { tls: { listen: x } }", "1: smtp.tls.listen: not a HOST:PORT: x"),
        arguments("smtp: { tls: { client-ca: /no/such } }", "client-ca: there is no readable file"),
        arguments("smtp: { tls: { requiretls: yes } }", "requiretls: true or false is expected"),
        arguments("smtp: { auth: { users: /no/such } }", "auth.users: there is no readable file"),
        arguments("smtp: { auth: { required: 1 } }", "auth.required: true or false is expected"),
        arguments("\nsmtp: { auth: { required: true } }", "2: smtp.auth.required: needs users, or"),
        arguments("smtp: { auth: { user: x } }", "smtp.auth.user: unknown key; known here: users,"),
        arguments("admin: { tokens: /no/such }", "1: admin.tokens: there is no readable file"),
        arguments("store: { kind: postgresql }", "1: store.kind: this version has only embedded"),
        arguments("store: { max-bytes: 99999999TiB }", "1: store.max-bytes: too large"),
        arguments("delivery: { mass-refusal: { users: 1001 } }", "1001 is not within 0 to 1000"),
        arguments(
            "delivery: { mass-refusal: { in: 1m } }", "delivery.mass-refusal.in: unknown key"),
        arguments("delivery: { on-refused: drop }", "1: delivery.on-refused: park or bounce is"),
        arguments(
            "delivery:\n  on-refused: { policy: PARK }",
            "2: delivery.on-refused.policy: park or bounce is expected"),
        arguments(
            "delivery: { on-refused: { quota: park } }",
            "1: delivery.on-refused.quota: unknown key; known here: mailbox, policy, content"),
        arguments(
            "delivery: { on-refused: [park] }",
            "1: delivery.on-refused: keys with values are expected here"),
        arguments("delivery: { smarthost: mx1 }", "1: delivery.smarthost: not a HOST:PORT: mx1"),
        arguments("delivery: { smarthost: 'mx1:0' }", "1: delivery.smarthost: not a HOST:PORT"),
        arguments("delivery: { postmaster: me }", "1: delivery.postmaster: not an address such"),
        arguments(
            "delivery: { postmaster: \"a@b.c>\\r\\nBcc: <x@y\" }",
            "1: delivery.postmaster: not an address such"),
        arguments("retry: { first: 1h }", "retry.max: is shorter than retry.first"),
        arguments("map: { subaddress: ab }", "1: map.subaddress: not at most 4 separators"),
        arguments("node: 'x", "not YAML: "),
        arguments("node: x\n\tsmtp: y", ":2: not YAML: "),
        arguments("- a", "1: keys with values are expected here"),
        arguments("[a, b]: c", "1: a key must be one word"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void badInput_named_byLineAndKeyOnOneLine(String text, String complaint) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("holdfast.yaml:")
        .hasMessageContaining(complaint)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }

  @Test
  void oneOfCertificateAndKey_refused(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("cert.pem"), "x");

    assertThatThrownBy(() -> read("smtp:\n  tls: { certificate: " + file + " }"))
        .hasMessage("holdfast.yaml:2: smtp.tls: certificate and key go together");
  }

  @Test
  void twoListenersOnOnePort_refused() {
    assertThatThrownBy(
            () -> read("smtp: { listen: '127.0.0.1:25' }\nlmtp: { listen: '127.0.0.1:25' }"))
        .hasMessageStartingWith("holdfast.yaml:2: lmtp.listen: 127.0.0.1:25 is taken");
  }

  @Test
  void listenersWithTls_mustDifferToo(@TempDir Path folder) throws Exception {
    String tls = tls(folder, "listen: '127.0.0.1:465'");

    assertThat(read("smtp: { " + tls + " }").smtp().tls().orElseThrow().listen())
        .contains(new Listen("127.0.0.1", 465));
    assertThatThrownBy(() -> read("smtp: { " + tls + " }\nlmtp: { " + tls + " }"))
        .hasMessageStartingWith("holdfast.yaml:2: lmtp.tls.listen: 127.0.0.1:465 is taken");
    assertThatThrownBy(() -> read("smtp: { listen: '127.0.0.1:465', " + tls + " }"))
        .hasMessageStartingWith("holdfast.yaml:1: smtp.tls.listen: 127.0.0.1:465 is taken");
    assertThatThrownBy(() -> read("lmtp: { " + tls + " }\nadmin: { listen: '127.0.0.1:465' }"))
        .hasMessageStartingWith("holdfast.yaml:2: admin.listen: 127.0.0.1:465 is taken");
  }

  @Test
  void tlsAndAuth_areRead(@TempDir Path folder) throws Exception {
    String tls = tls(folder, "min-version: '1.3', requiretls: false");
    Path users = Files.createFile(folder.resolve("users.yaml"));
    Settings.Door door =
        read("smtp: { " + tls + ", auth: { users: " + users + ", required: true } }").smtp();

    assertThat(door.tls().orElseThrow().minVersion()).isEqualTo("1.3");
    assertThat(door.tls().orElseThrow().requireTls()).isFalse();
    assertThat(door.auth()).isEqualTo(new Settings.Auth(Optional.of(users), true));
  }

  private static String tls(Path folder, String more) throws Exception {
    Path pem = Files.writeString(folder.resolve("tls.pem"), "x");
    return "tls: { certificate: " + pem + ", key: " + pem + ", " + more + " }";
  }

  @Test
  void missingFile_said() {
    assertThatThrownBy(() -> SettingsFile.read(Path.of("no/such.yaml")))
        .hasMessage("no/such.yaml: there is no such file");
  }

  private static Settings read(String text) throws ConfigurationException {
    return SettingsFile.read(
        "holdfast.yaml", new StringReader(text), name -> name.equals("DATA") ? "/srv" : null);
  }

  private static void flatten(String path, JsonNode node, List<String> keys) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String key = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
      if (field.getValue().isObject()) {
        flatten(key, field.getValue(), keys);
      } else {
        keys.add(key);
      }
    }
  }
}
