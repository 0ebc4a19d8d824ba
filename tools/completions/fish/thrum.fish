# SPDX-License-Identifier: MIT
# Completion of thrum and deadlock-report for fish. What there is comes from their own --help.

function __thrum_commands --description 'commands and what they are for'
    thrum --help 2>/dev/null | string match -rg '^  ((?!thrum )[a-z]+ .*)' | string replace -r '^([a-z]+) +' '$1\t'
    printf 'help\ttells more of one\n'
end

function __thrum_options --description 'options of a command, by its --help'
    $argv --help 2>/dev/null | string match -rg '^ {2,6}(?:-[a-zA-Z], )?(--[a-z-]+.*)' |
        string replace -r '^(--[a-z-]+)(\[?=[^ ]*)? *' '$1\t'
end

# The command that is being typed; nothing where none is, or behind its `--`.
function __thrum_command
    set -l words (commandline -opc)
    contains -- -- $words[2..]; and return 1
    test (count $words) -gt 1; and echo $words[2]
end

complete -c thrum -f -n 'test (count (commandline -opc)) -eq 1' -a '(__thrum_commands)'
complete -c thrum -f -n 'test (count (commandline -opc)) -eq 2; and test (commandline -opc)[2] = help' -a '(__thrum_commands)'
complete -c thrum -f -n '__thrum_command >/dev/null; and string match -q -- "-*" (commandline -ct)' -a '(__thrum_options thrum (__thrum_command))'
complete -c thrum -f -n '__thrum_command >/dev/null; and not string match -q -- "-*" (commandline -ct)' -a '(__fish_complete_directories (commandline -ct) trace)'
complete -c thrum -f -n 'not __thrum_command >/dev/null; and test (count (commandline -opc)) -gt 2' -a '(__fish_complete_subcommand --fcs-skip=3)'
complete -c thrum -f -n '__thrum_command >/dev/null; and string match -qr -- "^--colou?r=" (commandline -ct)' -a '--color={always,never,auto}'
complete -c deadlock-report -f -n 'string match -q -- "-*" (commandline -ct)' -a '(__thrum_options deadlock-report)'
complete -c deadlock-report -f -n 'not string match -q -- "-*" (commandline -ct)' -a '(__fish_complete_directories (commandline -ct) trace)'
