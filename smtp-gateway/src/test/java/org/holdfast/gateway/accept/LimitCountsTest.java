package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.codahale.metrics.MetricRegistry;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LimitCountsTest {

  private final ManualTime time = new ManualTime();
  private final MetricRegistry counted = new MetricRegistry();
  private final LimitCounts limits = new LimitCounts("smtp", counted, time);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Logger log = (Logger) LoggerFactory.getLogger(LimitCounts.class);

  @BeforeEach
  void listen() {
    lines.start();
    log.setLevel(Level.INFO); // others in this process may want only errors
    log.addAppender(lines);
  }

  @AfterEach
  void forget() {
    log.detachAppender(lines);
    log.setLevel(null);
  }

  @Test
  void everyLimit_hasACounterFromTheStart() {
    assertThat(counted.getCounters()).hasSize(Limit.values().length);
    assertThat(counted.getCounters())
        .containsKey("holdfast_limit_reached{door=\"smtp\",limit=\"client-connections\"}");
  }

  @Test
  void each_isCounted_butOneALineASecondIsWritten() {
    for (int i = 0; i < 1000; i++) {
      limits.hit(Limit.CONNECTIONS, "c [192.0.2.1]");
    }
    limits.hit(Limit.SPOOL, "c\r\n[192.0.2.1]");
    time.pass(Duration.ofSeconds(1));
    limits.hit(Limit.CONNECTIONS, "d [192.0.2.2]");
    assertThat(limits.of(Limit.CONNECTIONS)).isEqualTo(1001);
    assertThat(lines.list.stream().map(LimitCountsTest::told).toList())
        .containsExactly(
            "limit door=smtp limit=connections client=c [192.0.2.1] others=0",
            "limit door=smtp limit=spool client=c\r\n[192.0.2.1] others=0",
            "limit door=smtp limit=connections client=d [192.0.2.2] others=999");
  }

  /** Values as they are: what writes the line makes them harmless. */
  private static String told(ILoggingEvent line) {
    StringBuilder told = new StringBuilder(line.getMessage());
    line.getKeyValuePairs()
        .forEach(pair -> told.append(' ').append(pair.key).append('=').append(pair.value));
    return told.toString();
  }
}
