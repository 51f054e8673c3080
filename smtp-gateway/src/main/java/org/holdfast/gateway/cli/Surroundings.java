package org.holdfast.gateway.cli;

import java.io.OutputStream;
import java.util.Map;

/**
 * What a command finds around it.
 *
 * @param environment environment variables
 * @param person who may be asked
 * @param tty what its streams lead to
 * @param pace the time
 * @param octets stdout, for what is no text of ours
 */
record Surroundings(
    Map<String, String> environment, Person person, Tty tty, Pace pace, OutputStream octets) {

  /** Of a program without a terminal: what is asked for is in the environment. */
  static Surroundings of(Map<String, String> environment) {
    return new Surroundings(
        Map.copyOf(environment), Person.NOBODY, Tty.NONE, Pace.REAL, System.out);
  }

  /** Of this process, with stdout as it is. */
  static Surroundings ofProcess(OutputStream stdout) {
    Map<String, String> environment = Map.copyOf(System.getenv());
    return new Surroundings(
        environment, Person.atTerminal(), Tty.ofProcess(environment), Pace.REAL, stdout);
  }
}
