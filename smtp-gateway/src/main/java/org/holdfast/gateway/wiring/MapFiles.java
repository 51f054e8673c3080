package org.holdfast.gateway.wiring;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.holdfast.gateway.admin.MapText;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.CsvDump;
import org.holdfast.gateway.conf.MapCollector;
import org.holdfast.gateway.conf.MapDump;
import org.holdfast.gateway.conf.MapFile;
import org.holdfast.gateway.conf.NdjsonDump;
import org.holdfast.gateway.conf.UserCsv;
import org.holdfast.routing.Alias;
import org.holdfast.routing.MapContents;
import org.holdfast.routing.MapSink;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Routing.DomainHold;
import org.holdfast.routing.User;

/** The API's door to the map's spellings; the files' own words are in {@code conf}. */
final class MapFiles implements MapText {

  /** Stands where a file's name stands in complaints. */
  private static final String NAME = "map";

  private final Routing routing;

  MapFiles(Routing routing) {
    this.routing = routing;
  }

  @Override
  public MapContents parse(Format format, Reader text) throws IOException, MalformedMapException {
    try {
      return switch (format) {
        case YAML -> MapFile.read(NAME, text, knownPairs());
        case CSV -> csv(text);
        case NDJSON -> throw new MalformedMapException("NDJSON is written only");
      };
    } catch (ConfigurationException e) {
      throw new MalformedMapException(String.valueOf(e.getMessage()));
    }
  }

  private MapContents csv(Reader text) throws ConfigurationException, IOException {
    MapCollector collector = new MapCollector();
    var _ = UserCsv.read(NAME, new BufferedReader(text), knownPairs(), collector::user);
    return collector.contents();
  }

  /** The pairs of this moment; routing itself looks once more. */
  private Predicate<String> knownPairs() {
    try {
      Set<String> names = new HashSet<>();
      routing.pairs().forEach(pair -> names.add(pair.name()));
      return names::contains;
    } catch (MapUnavailableException e) {
      return _ -> true; // routing will say that it is not there
    }
  }

  @Override
  public Sink writer(Format format, Appendable out) {
    return switch (format) {
      case YAML -> {
        MapDump dump = new MapDump(out);
        yield new Written(dump, dump::end);
      }
      case CSV -> new Written(new CsvDump(out), () -> {});
      case NDJSON -> {
        NdjsonDump dump = new NdjsonDump(out);
        yield new Written(dump, dump::end);
      }
    };
  }

  private interface End {
    void write() throws IOException;
  }

  private record Written(MapSink to, End atEnd) implements Sink {

    @Override
    public void pairs(List<Pair> pairs) throws IOException {
      to.pairs(pairs);
    }

    @Override
    public void domains(List<String> page) throws IOException {
      to.domains(page);
    }

    @Override
    public void holds(List<DomainHold> holds) throws IOException {
      to.holds(holds);
    }

    @Override
    public void users(List<User> page) throws IOException {
      to.users(page);
    }

    @Override
    public void aliases(List<Alias> page) throws IOException {
      to.aliases(page);
    }

    @Override
    public void end() throws IOException {
      atEnd.write();
    }
  }
}
