package org.holdfast.gateway.admin;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.holdfast.routing.MapUnavailableException;
import org.jspecify.annotations.Nullable;

/** A long list of the map, read page by page as it is gone through; once. One thread. */
final class Pages<T> implements Iterator<T> {

  private final Source<T> source;
  private final Function<T, String> cursor;
  private List<T> page;
  private int at;

  private Pages(Source<T> source, Function<T, String> cursor) throws MapUnavailableException {
    this.source = source;
    this.cursor = cursor;
    this.page = source.after(null);
  }

  /** Reads the first page at once. The list can be gone through once. */
  static <T> Iterable<T> of(Source<T> source, Function<T, String> cursor)
      throws MapUnavailableException {
    Pages<T> pages = new Pages<>(source, cursor);
    return () -> pages;
  }

  /** Gives the page behind this cursor; empty at the end. */
  @FunctionalInterface
  interface Source<T> {
    List<T> after(@Nullable String cursor) throws MapUnavailableException;
  }

  /** The map went away between two pages. */
  static final class LostMapException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LostMapException(MapUnavailableException cause) {
      super(cause);
    }
  }

  @Override
  public boolean hasNext() {
    if (at == page.size() && !page.isEmpty()) {
      turn();
    }
    return at < page.size();
  }

  private void turn() {
    try {
      page = source.after(cursor.apply(page.getLast()));
      at = 0;
    } catch (MapUnavailableException e) {
      throw new LostMapException(e);
    }
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return page.get(at++);
  }
}
