package org.holdfast.gateway.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.gateway.reply.Reply;
import org.junit.jupiter.api.Test;

/** The table in {@code docs/backend-answers.md} is what the code does, line by line. */
class BackendAnswersTest {

  private static final Pattern ROW =
      Pattern.compile("\\| `(\\d{3})(?: (\\d\\.\\d+\\.\\d+))?` \\| ([^|]+) \\|.*");

  @Test
  void table_everyExample_isClassifiedAsDocumented() throws Exception {
    List<String> wrong = new ArrayList<>();
    int rows = 0;
    for (String line : Files.readAllLines(table())) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        rows++;
        String found = name(answer(row.group(1), row.group(2)));
        if (!found.equals(row.group(3).strip())) {
          wrong.add(line + " but the code says " + found);
        }
      }
    }
    assertThat(rows).isGreaterThan(30);
    assertThat(wrong).isEmpty();
  }

  @Test
  void temporary_whateverItSays_neverBecomesPermanent() {
    forEveryReply(reply -> {
      if (reply.temporary()) {
        Answer answer = BackendAnswers.classify(reply);
        assertThat(answer).isNotInstanceOf(Answer.NotBelieved.class);
        assertThat(answer.reply().temporary()).isTrue();
      }
    });
  }

  @Test
  void ours_fiveThatSpeaksOfTheSystem_isNeverTheMailboxs() {
    forEveryReply(reply -> {
      if (reply.enhanced().contains(".3.") || reply.enhanced().contains(".4.")) {
        assertThat(BackendAnswers.classify(reply)).isNotInstanceOf(Answer.MailboxTrouble.class);
      }
    });
  }

  /** Full, disabled, too big, rejected by the recipient's own rule, content, policy, the sender. */
  @Test
  void permanent_whatSendersMayHear_isAboutThemOrTheMailbox() {
    Pattern theirs =
        Pattern.compile(
            "552 (5[.]0[.]\\d+)?|552 5[.]2[.]0|\\d+ 5[.]2[.]([1235-9]|\\d\\d)|\\d+ 5[.]1[.][78]"
                + "|\\d+ 5[.][67][.]\\d+");
    forEveryReply(reply -> {
      if (reply.permanent() && BackendAnswers.classify(reply) instanceof Answer.MailboxTrouble) {
        assertThat(reply.code() + " " + reply.enhanced()).matches(theirs);
      }
    });
  }

  private static void forEveryReply(java.util.function.Consumer<Reply> check) {
    for (int code = 400; code < 600; code++) {
      check.accept(new Reply(code, "", "x"));
      for (int subject = 0; subject < 10; subject++) {
        for (int detail = 0; detail < 30; detail++) {
          check.accept(new Reply(code, code / 100 + "." + subject + "." + detail, "x"));
        }
      }
    }
  }

  private static Answer answer(String code, String enhanced) {
    return BackendAnswers.classify(
        new Reply(Integer.parseInt(code), enhanced == null ? "" : enhanced, "x"));
  }

  private static String name(Answer answer) {
    return switch (answer) {
      case Answer.Delivered _ -> "delivered";
      case Answer.MailboxTrouble _ -> "mailbox or message";
      case Answer.NotBelieved _ -> "not believed";
      case Answer.OurTrouble(boolean whole, _) -> whole ? "ours, whole member" : "ours";
      case Answer.Uncertain _ -> "uncertain";
    };
  }

  private static Path table() {
    Path here = Path.of("docs/backend-answers.md");
    return Files.exists(here) ? here : Path.of("..").resolve(here);
  }
}
