@NullMarked
package org.holdfast.gateway.reply;

import org.jspecify.annotations.NullMarked;
