"""When people cannot come to court: asked, kept with its day, and set against each listing."""
