package org.holdfast.gateway.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.holdfast.gateway.sasl.Passwords;
import org.holdfast.gateway.sasl.Verifier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code password}: a line for the file of accounts. */
@Command(
    name = "password",
    footer = {"", "Examples:", "  holdfast password mx1 >> conf/users.yaml"},
    description = {
      "Prints a line for the file of auth.users: the name, and what proves its password.",
      "",
      "Asks for the password at a terminal, else reads it from the first line of stdin. The password"
          + " itself is stored nowhere."
    })
final class PasswordCommand implements Callable<Integer> {

  @Parameters(paramLabel = "NAME", description = "The account's name.")
  private String name = "";

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (name.isBlank() || name.chars().anyMatch(c -> c < ' ' || c == '"' || c == '\\')) {
      throw new RefusedException("a name has no quotes, backslashes and control characters");
    }
    char[] password = password();
    try {
      String verifier = Verifier.of(password, new SecureRandom()).written();
      Terminal.of(spec).line("\"" + name + "\": \"" + verifier + "\"");
    } catch (IllegalArgumentException e) {
      throw new RefusedException("the password: " + e.getMessage());
    } finally {
      Arrays.fill(password, ' ');
    }
    return ExitCode.DONE;
  }

  @SuppressWarnings("SystemConsoleNull") // JDK 25's own console is null without a terminal again
  private static char[] password() throws IOException, RefusedException {
    Console console = System.console();
    return console == null || !console.isTerminal() ? fromInput() : asked(console);
  }

  private static char[] asked(Console console) throws RefusedException {
    char[] password = read(console, "Password: ");
    char[] again = read(console, "Once more: ");
    if (!Arrays.equals(password, again)) {
      throw new RefusedException("the two are not the same");
    }
    return password;
  }

  private static char[] read(Console console, String prompt) throws RefusedException {
    char @Nullable [] password = console.readPassword(prompt);
    if (password == null) {
      throw new RefusedException("no password was given");
    }
    return password;
  }

  private static char[] fromInput() throws IOException, RefusedException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    char[] password = new char[Passwords.LONGEST + 1];
    int length = 0;
    int c = in.read();
    while (c >= 0 && c != '\n' && length < password.length) {
      password[length++] = (char) c;
      c = in.read();
    }
    if (length > 0 && password[length - 1] == '\r') {
      length--;
    }
    if (length == 0 || length > Passwords.LONGEST) {
      throw new RefusedException("no password in the first line of stdin, or one that is too long");
    }
    return Arrays.copyOf(password, length);
  }
}
