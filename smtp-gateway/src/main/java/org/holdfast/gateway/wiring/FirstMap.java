package org.holdfast.gateway.wiring;

import java.nio.file.Path;
import java.util.Optional;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.MapFile;
import org.holdfast.routing.MapContents;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.RefusedChangeException;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Who;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code map.load} at the first start, when the map is empty; never afterwards: then the map
 * is what people made of it.
 */
final class FirstMap {

  private static final Logger log = LoggerFactory.getLogger(FirstMap.class);

  private FirstMap() {}

  static void load(Routing routing, Optional<Path> file)
      throws ConfigurationException, MapUnavailableException {
    if (file.isEmpty() || !routing.isEmpty()) {
      return;
    }
    MapContents map = MapFile.read(file.get());
    try {
      Who who = new Who("gateway", "first start, " + file.get());
      Routing.Loaded loaded = routing.load(map, who, Routing.LOAD_WAIT);
      log.info(
          "map loaded from {}: {} pairs, {} users, {} aliases",
          file.get(),
          loaded.pairs().written(),
          loaded.users().written(),
          loaded.aliases().written());
      loaded.warnings().forEach(warning -> log.warn("{}: {}", file.get(), warning));
    } catch (RefusedChangeException e) {
      throw new ConfigurationException(file.get() + ": " + e.getMessage());
    }
  }
}
