package org.holdfast.gateway.wiring;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.holdfast.gateway.admin.MapText;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.MapDump;
import org.holdfast.gateway.conf.MapFile;
import org.holdfast.gateway.conf.UserCsv;
import org.holdfast.routing.Alias;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing;
import org.holdfast.routing.User;

/** The API's door to the map's two spellings; the files' own words are in {@code conf}. */
final class MapFiles implements MapText {

  /** Stands where a file's name stands in complaints. */
  private static final String NAME = "map";

  private final Routing routing;

  MapFiles(Routing routing) {
    this.routing = routing;
  }

  @Override
  public Contents parse(Format format, Reader text) throws IOException, MalformedMapException {
    try {
      return switch (format) {
        case YAML -> yaml(text);
        case CSV -> csv(text);
      };
    } catch (ConfigurationException e) {
      throw new MalformedMapException(String.valueOf(e.getMessage()));
    }
  }

  private Contents yaml(Reader text) throws ConfigurationException {
    MapFile.Contents read = MapFile.read(NAME, text, knownPair());
    return new Contents(read.pairs(), read.users(), read.aliases());
  }

  private Contents csv(Reader text) throws ConfigurationException, IOException {
    List<Routing.UserChange> users = new ArrayList<>();
    var _ = UserCsv.read(NAME, new BufferedReader(text), knownPair(), users::add);
    return new Contents(List.of(), users, List.of());
  }

  private Predicate<String> knownPair() {
    return name -> {
      try {
        return routing.pair(name).isPresent();
      } catch (MapUnavailableException e) {
        return true; // routing itself refuses what it does not know
      }
    };
  }

  @Override
  public void write(
      Format format,
      Appendable out,
      Iterable<Pair> pairs,
      Iterable<User> users,
      Iterable<Alias> aliases)
      throws IOException {
    switch (format) {
      case YAML -> MapDump.yaml(out, pairs, users, aliases);
      case CSV -> MapDump.csv(out, users);
    }
  }
}
