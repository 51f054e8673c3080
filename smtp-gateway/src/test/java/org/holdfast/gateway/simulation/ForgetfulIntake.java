package org.holdfast.gateway.simulation;

import java.util.List;
import java.util.Optional;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Intake;
import org.holdfast.holdqueue.StoreException;

/** A kept fault: a queue that has forgotten what waits in it, so that new mail overtakes. */
public record ForgetfulIntake(Intake queue) implements Intake {

  @Override
  public void store(Envelope envelope, Content content, List<Held> recipients)
      throws StoreException {
    queue.store(envelope, content, recipients);
  }

  @Override
  public boolean hasBacklog(String lane) {
    return false;
  }

  @Override
  public Optional<StoreException.Cause> refusal(long octets) {
    return queue.refusal(octets);
  }
}
