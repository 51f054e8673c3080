package org.holdfast.gateway.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.holdfast.gateway.conf.Configuration;
import org.holdfast.gateway.conf.ConfigurationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code serve}: reads the configuration and hands it to the gateway. */
@Command(
    name = "serve",
    footer = {
      "",
      "Examples:",
      "  holdfast serve",
      "  holdfast serve --config /etc/holdfast/holdfast.yaml"
    },
    description = {
      "Runs the gateway.",
      "",
      "Prints one line on stdout once every listener is open:",
      "  holdfast ready smtp=HOST:PORT lmtp=HOST:PORT admin=http://HOST:PORT",
      "Logs go to stderr. SIGTERM (or Ctrl-C): stops accepting, finishes what is in flight, exits"
          + " 0.",
      "SIGHUP: reads FILE again; keys that are marked live in it count at once, a wrong file"
          + " changes nothing. SIGHUP of a terminal that closes is the same: end it by Ctrl-C.",
      "",
      "The first start makes the data folder and in it operator.token, which the other commands"
          + " use to talk to the gateway."
    })
public final class ServeCommand implements Callable<Integer> {

  /** Runs a gateway until it is told to stop; returns the exit code. */
  @FunctionalInterface
  public interface Gateway {
    /**
     * Runs it.
     *
     * @param file where the settings came from, for complaints and to be read again
     * @throws ConfigurationException what was set cannot be: a port in use, a bad map
     */
    int run(Configuration configuration, Path file) throws Exception;
  }

  private final Gateway gateway;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = {
        "Configuration. Relative paths in it begin at the folder the command is called from.",
        "Default: conf/holdfast.yaml beside the launcher; its relative paths begin there, too."
      })
  private @Nullable Path config;

  ServeCommand(Gateway gateway) {
    this.gateway = gateway;
  }

  @Override
  public Integer call() throws Exception {
    return gateway.run(ConfigPath.read(config), ConfigPath.of(config));
  }
}
