package org.holdfast.gateway.path;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Intake;
import org.holdfast.holdqueue.StoreException;
import org.jspecify.annotations.Nullable;

/** A queue's door that remembers what came in, or refuses. */
final class RecordingIntake implements Intake {

  final List<Held> stored = new ArrayList<>();
  final List<Envelope> envelopes = new ArrayList<>();
  final List<Content> contents = new ArrayList<>();
  final Set<String> backlog = new HashSet<>();
  StoreException.@Nullable Cause refuses;

  /** The refusal shows only when something is stored: a disk that fails under the write. */
  boolean refusesUnannounced;

  /** Octets of a message up to which it refuses nothing. */
  long room = -1;

  @Override
  public void store(Envelope envelope, Content content, List<Held> recipients)
      throws StoreException {
    if (refuses != null && content.size() > room) {
      throw new StoreException(refuses, "scripted");
    }
    stored.addAll(recipients);
    envelopes.add(envelope);
    contents.add(content);
  }

  @Override
  public boolean hasBacklog(String lane) {
    return backlog.contains(lane);
  }

  @Override
  public Optional<StoreException.Cause> refusal(long octets) {
    return refusesUnannounced || octets <= room ? Optional.empty() : Optional.ofNullable(refuses);
  }
}
