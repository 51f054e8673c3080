package org.holdfast.gateway.cli;

import java.io.Console;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Whoever sits at the terminal, if anybody does: only then a question is asked.
 *
 * @param answers says yes or no to a question; null: nobody is there
 */
record Person(@Nullable Predicate<String> answers) {

  /** A script. */
  static final Person NOBODY = new Person(null);

  /** Whoever is at the terminal that stdin and stdout are. */
  @SuppressWarnings("SystemConsoleNull") // JDK 25's own console is null without a terminal again
  static Person atTerminal() {
    Console console = System.console();
    if (console == null || !console.isTerminal()) {
      return NOBODY;
    }
    return new Person(question -> {
      String answer = console.readLine("%s [y/N] ", question);
      return answer != null && answer.strip().matches("(?i)y|yes");
    });
  }

  /** Whether anybody is there. */
  boolean present() {
    return answers != null;
  }

  /** Does the person agree? True without a question when nobody is there. */
  boolean agrees(String question) {
    return answers == null || answers.test(question);
  }
}
