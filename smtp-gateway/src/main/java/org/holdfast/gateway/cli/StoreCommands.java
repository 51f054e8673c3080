package org.holdfast.gateway.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code store}: the data folder without a gateway. */
@Command(
    name = "store",
    subcommands = {StoreVerifyCommand.class, StoreDumpCommand.class, StoreExportCommand.class},
    description = {
      "The last resort: reads the data folder of a stopped or broken gateway.",
      "",
      "Reads the log only and needs nothing else: no index, no configuration (--data), no running"
          + " gateway. Never writes into the data folder, so it may also look while a gateway"
          + " runs; what comes or goes meanwhile may then be missing."
    })
final class StoreCommands implements Runnable {

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "a command is missing: verify, dump, export");
  }
}
