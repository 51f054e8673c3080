package org.holdfast.gateway.cli;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.holdqueue.StoreReader;
import org.holdfast.holdqueue.disk.ReadOnlyDisk;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which data folder a {@code store} command reads. */
final class StoreFolder {

  @Option(
      names = "--data",
      paramLabel = "DATA",
      description = "The data folder; default: what the configuration says.")
  private @Nullable Path data;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration; default: conf/holdfast.yaml. Not read with --data.")
  private @Nullable Path config;

  /** Opens the log in it, for reading only. */
  StoreReader open() throws IOException, ConfigurationException {
    Path queue = data().resolve("queue");
    StoreReader store;
    try {
      store = StoreReader.open(new ReadOnlyDisk(), queue);
    } catch (NoSuchFileException | NotDirectoryException e) {
      throw new RefusedException("there is no log in " + queue);
    }
    if (!store.readable() && !store.empty()) {
      store.close();
      throw new RefusedException(
          "no segment in " + queue.resolve("log") + " has a readable head: nothing can be read");
    }
    return store;
  }

  private Path data() throws IOException, ConfigurationException {
    if (data != null) {
      return data;
    }
    return ConfigPath.read(config).settings().data();
  }
}
