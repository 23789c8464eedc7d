/* A provider's tool that is warm already: hands its arguments, its environment, its folder and its
   streams to `tool_server.py`, waits, and ends as the tool ended. Like the tool itself it holds what
   it inherited for as long as it runs.

   Usage: ask_tool SOCKET MODULE ADDRESS [ARGUMENT…].  Sources: unix(7), cmsg(3).  */

#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char *text = NULL, *folder = getcwd(NULL, 0), code = 70;
    size_t size = 0;
    FILE *made = open_memstream(&text, &size);
    int to = socket(AF_UNIX, SOCK_STREAM, 0), streams[] = {0, 1, 2};
    if (argc < 3 || !folder || !made || to < 0)
        return 70;
    fprintf(made, "%s%c%d%c", folder, 0, argc - 2, 0);
    for (char **word = argv + 2; *word; word++)
        fprintf(made, "%s%c", *word, 0);
    for (char **word = environ; *word; word++)
        fprintf(made, "%s%c", *word, 0);
    fclose(made);
    strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
    if (connect(to, (struct sockaddr *)&address, sizeof address))
        return 70;
    union {
        char room[CMSG_SPACE(sizeof streams)];
        struct cmsghdr aligned;
    } control = {0};
    struct iovec all = {text, 1};
    struct msghdr message = {
        .msg_iov = &all, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof streams);
    memcpy(CMSG_DATA(head), streams, sizeof streams);
    if (sendmsg(to, &message, 0) != 1)
        return 70;
    for (size_t sent = 1; sent < size;) {
        ssize_t more = write(to, text + sent, size - sent);
        if (more <= 0)
            return 70;
        sent += more;
    }
    shutdown(to, SHUT_WR);
    return read(to, &code, 1) == 1 ? (unsigned char)code : 70;
}
