/* Reads calendars with libical and checks them against the rules of iTIP (RFC 5546). */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file to download names no organizer on purpose: some programs freeze on one that they import. */
static const char *const ALLOWED_IN_FILES =
    "Failed iTIP restrictions for ORGANIZER property. Expected 1 instances of the property and got 0";

static char *contents(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = calloc(1, (size_t)size + 1);
    size_t read = fread(text, 1, (size_t)size, file);
    fclose(file);
    return read == (size_t)size ? text : NULL;
}

/* Prints what is wrong with a component and all within; answers how much that is. */
static int complain(icalcomponent *component, const char *path, int is_file)
{
    int mistakes = 0;
    for (icalproperty *error = icalcomponent_get_first_property(component, ICAL_XLICERROR_PROPERTY); error;
         error = icalcomponent_get_next_property(component, ICAL_XLICERROR_PROPERTY)) {
        const char *words = icalproperty_get_xlicerror(error);
        if (is_file && strstr(words, ALLOWED_IN_FILES))
            continue;
        fprintf(stderr, "%s: %s\n", path, words);
        mistakes++;
    }
    for (icalcomponent *inner = icalcomponent_get_first_component(component, ICAL_ANY_COMPONENT); inner;
         inner = icalcomponent_get_next_component(component, ICAL_ANY_COMPONENT))
        mistakes += complain(inner, path, is_file);
    return mistakes;
}

int main(int count, char **paths)
{
    int mistakes = 0, judged = 0;
    for (int i = 1; i < count; i++) {
        char *text = contents(paths[i]);
        icalcomponent *calendar = text ? icalparser_parse_string(text) : NULL;
        if (!calendar || icalcomponent_isa(calendar) != ICAL_VCALENDAR_COMPONENT) {
            fprintf(stderr, "%s: no calendar\n", paths[i]);
            return 1;
        }
        int is_file = strstr(paths[i], "file-of-") != NULL;
        int is_valid = icalrestriction_check(calendar);
        int found = complain(calendar, paths[i], is_file);
        if (!is_valid && !found && !is_file) {
            fprintf(stderr, "%s: not valid, and libical does not say why\n", paths[i]);
            found = 1;
        }
        mistakes += found;
        judged++;
        icalcomponent_free(calendar);
        free(text);
    }
    printf("libical: %d calendars, %d mistakes\n", judged, mistakes);
    return mistakes > 0 || judged == 0;
}
