#compdef holdfast
# Asked of the program itself, once for each shell that completes it.
eval "$(holdfast completion zsh 2>/dev/null)"
