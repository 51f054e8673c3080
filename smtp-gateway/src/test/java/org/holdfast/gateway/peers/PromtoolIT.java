package org.holdfast.gateway.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.holdfast.gateway.release.ReleasingGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Metrics, the table of them, alert rules and dashboard, before Prometheus' own tool. */
class PromtoolIT {

  private static final Path PROMTOOL = Peers.unpacked("usr/bin/promtool");
  private static final Path CONF = Path.of("..", "conf");
  private static final Path RULES = CONF.resolve("prometheus/holdfast.rules.yml");
  private static final Path RULES_TEST = CONF.resolve("prometheus/holdfast.rules.test.yml");
  private static final Path DASHBOARD = CONF.resolve("grafana/holdfast.json");
  private static final Path TABLE = Path.of("..", "docs", "metrics.md");

  private static final String ANN = "ann@example.com";
  private static final String BOB = "bob@example.com";
  private static final Pattern NAME = Pattern.compile("\\bholdfast_[a-z_]+");
  private static final Pattern DECLARED =
      Pattern.compile("^# TYPE (\\S+) (\\S+)$", Pattern.MULTILINE);
  private static final Pattern ROW =
      Pattern.compile("^\\| `(holdfast_[a-z_]+)`", Pattern.MULTILINE);

  /** Those of gateways with TLS and logins, and of holds that somebody forgot. */
  private static final Set<String> NOT_SHOWN_HERE =
      Set.of(
          "holdfast_admin_tls_certificate_days",
          "holdfast_smtp_tls_certificate_days",
          "holdfast_smtp_logins_failed_total",
          "holdfast_users_forgotten",
          "holdfast_users_forgotten_oldest_seconds");

  @TempDir Path folder;

  /** Something of everything has happened. */
  private String busy(ReleasingGateway gateway) throws Exception {
    gateway.send(3, BOB);
    gateway.state(ANN, "moving");
    gateway.send(2, ANN);
    gateway.state(ANN, "active");
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> gateway.metrics().contains("outcome=\"delivered\",pair=\"p0\"} 3.0"));
    await().atMost(Duration.ofSeconds(30)).until(() -> gateway.delivered().size() == 5);
    gateway.state(ANN, "moving");
    gateway.send(2, ANN);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> gateway.metrics().contains("holdfast_held_messages 2.0"));
    return gateway.metrics();
  }

  @Test
  void metrics_ofABusyGateway_pleasePromtool_andStandInTheTableAndInJmx() throws Exception {
    Peers.programNeeded(PROMTOOL);
    try (ReleasingGateway gateway = new ReleasingGateway(folder, 0, ANN, BOB)) {
      String page = busy(gateway);
      Path file = Files.writeString(folder.resolve("metrics"), page);
      Command.run("sh", "-c", PROMTOOL + " check metrics < " + file);
      Set<String> table = names(ROW, 1, Files.readString(TABLE));
      assertThat(declared(page)).isSubsetOf(table);
      table.removeAll(NOT_SHOWN_HERE);
      assertThat(table).isSubsetOf(declared(page));
      assertThat(inJmx("holdfast_messages_total{door=\"smtp\",result=\"accepted\"}"))
          .isEqualTo(7.0);
      assertThat(inJmx("holdfast_transaction_seconds_count{member=\"a\",pair=\"p0\"}"))
          .isEqualTo(5.0);
    }
  }

  private double inJmx(String name) throws Exception {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    String node = ObjectName.quote(String.valueOf(folder.getFileName()));
    ObjectName bean = new ObjectName("org.holdfast:type=Metrics,node=" + node);
    assertThat(server.getMBeanInfo(bean).getAttributes()).anyMatch(a -> a.getName().equals(name));
    return (Double) server.getAttribute(bean, name);
  }

  @Test
  void alertRules_doWhatTheirTestsSay() throws Exception {
    Peers.programNeeded(PROMTOOL);
    Command.run(PROMTOOL, "check", "rules", RULES);
    Command.run(PROMTOOL, "test", "rules", RULES_TEST);
  }

  @Test
  void alertRulesAndDashboard_askForMetricsThatThereAre() throws Exception {
    Set<String> table = names(ROW, 1, Files.readString(TABLE));
    Set<String> known = new TreeSet<>(table);
    for (String name : table) {
      for (String ending : new String[] {"_bucket", "_sum", "_count"}) {
        known.add(name + ending);
      }
    }
    known.add("holdfast_"); // the beginning of a pattern
    assertThat(names(NAME, 0, Files.readString(RULES))).isSubsetOf(known);
    assertThat(names(NAME, 0, Files.readString(DASHBOARD))).isSubsetOf(known);
  }

  /** As the table names them: counters with their ending. */
  private static Set<String> declared(String page) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = DECLARED.matcher(page);
    while (matcher.find()) {
      if (matcher.group(1).startsWith("holdfast_")) {
        names.add(matcher.group(1));
      }
    }
    return names;
  }

  private static Set<String> names(Pattern pattern, int group, String text) throws IOException {
    Set<String> names = new TreeSet<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      names.add(matcher.group(group));
    }
    return names;
  }
}
