package org.holdfast.gateway.accept;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Stands before a conversation that is refused at the door: says why instead of the banner. */
final class TurnedAway extends ChannelInboundHandlerAdapter {

  private final Conversation conversation;
  private final WireReply reply;

  TurnedAway(Conversation conversation, WireReply reply) {
    this.conversation = conversation;
    this.reply = reply;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    conversation.turnAway(reply);
  }
}
