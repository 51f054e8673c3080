package org.holdfast.gateway.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.holdfast.gateway.demo.FaultyGateway.Fault;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Does the demo's verdict mean anything? Told fast, before gateways that do their job badly. */
@Execution(ExecutionMode.CONCURRENT)
class DemoIT {

  private static final double FAST = 0.1;

  @ParameterizedTest
  @CsvSource({
    "NONE, 0, 'lost 0, bounced 0, out of order 0, duplicates 0, in the wrong place 0'",
    "LOSES_ONE, 1, 'lost 6'",
    "DELIVERS_TWICE, 1, 'duplicates 6'",
    "NEW_MAIL_OVERTAKES, 1, 'lost 0'",
    "BOUNCES_ONE, 1, 'bounced 6'",
  })
  void demo_once_exitsZeroOnlyWhenAllIsWell(Fault fault, int exit, String says) throws Exception {
    ByteArrayOutputStream story = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(story, true, StandardCharsets.UTF_8);
    int code = new Demo(new FaultyGateway(fault), out, false, FAST).run(true);
    String told = story.toString(StandardCharsets.UTF_8);
    assertThat(told).contains(says);
    assertThat(code).isEqualTo(exit);
    removeWhatWasKept(told);
  }

  /** A demo that failed keeps its folder, and says so. */
  private static void removeWhatWasKept(String told) throws IOException {
    Matcher kept = Pattern.compile("kept in (\\S+)").matcher(told);
    if (kept.find()) {
      try (Stream<Path> all = Files.walk(Path.of(kept.group(1)))) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
