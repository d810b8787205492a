/* languages.c: codes by ISO 639 (two letters where there are, then three), and names as people say them. */
#include "languages.h"
#include <string.h>
#include <strings.h>

static const struct {
    const char *codes; /* each with a space behind it */
    const char *names[MZG_TONGUES];
} languages[] = {
    {"sw swa swh swc ", {"Swahili", "Kiswahili"}},
    {"en eng ", {"English", "Kiingereza"}},
    {"fr fra fre ", {"French", "Kifaransa"}},
    {"ar ara arb ", {"Arabic", "Kiarabu"}},
    {"pt por ", {"Portuguese", "Kireno"}},
    {"am amh ", {"Amharic", "Kiamhari"}},
    {"so som ", {"Somali", "Kisomali"}},
    {"om orm gaz ", {"Oromo", "Kioromo"}},
    {"ti tir ", {"Tigrinya", "Kitigrinya"}},
    {"ha hau ", {"Hausa", "Kihausa"}},
    {"yo yor ", {"Yoruba", "Kiyoruba"}},
    {"ig ibo ", {"Igbo", "Kiigbo"}},
    {"zu zul ", {"Zulu", "Kizulu"}},
    {"xh xho ", {"Xhosa", "Kixhosa"}},
    {"st sot ", {"Sotho", "Kisotho"}},
    {"tn tsn ", {"Tswana", "Kitswana"}},
    {"sn sna ", {"Shona", "Kishona"}},
    {"ny nya ", {"Chichewa", "Kichewa"}},
    {"af afr ", {"Afrikaans", "Kiafrikana"}},
    {"rw kin ", {"Kinyarwanda", "Kinyarwanda"}},
    {"rn run ", {"Kirundi", "Kirundi"}},
    {"lg lug ", {"Luganda", "Kiganda"}},
    {"ln lin ", {"Lingala", "Kilingala"}},
    {"kg kon ", {"Kongo", "Kikongo"}},
    {"lua ", {"Tshiluba", "Kiluba"}},
    {"ki kik ", {"Kikuyu", "Kikuyu"}},
    {"luo ", {"Luo", "Kijaluo"}},
    {"kam ", {"Kamba", "Kikamba"}},
    {"luy ", {"Luhya", "Kiluhya"}},
    {"guz ", {"Gusii", "Kikisii"}},
    {"kln ", {"Kalenjin", "Kikalenjin"}},
    {"mas ", {"Maasai", "Kimaasai"}},
    {"mer ", {"Meru", "Kimeru"}},
    {"suk ", {"Sukuma", "Kisukuma"}},
    {"ach ", {"Acholi", "Kiacholi"}},
    {"nyn ", {"Runyankore", "Kinyankole"}},
    {"mg mlg ", {"Malagasy", "Kimalagasi"}},
    {"wo wol ", {"Wolof", "Kiwolof"}},
    {"ff ful ", {"Fula", "Kifulani"}},
    {"bm bam ", {"Bambara", "Kibambara"}},
    {"ak aka twi tw ", {"Akan", "Kiakan"}},
    {"ee ewe ", {"Ewe", "Kiewe"}},
    {"pcm ", {"Nigerian Pidgin", "Pijini ya Nigeria"}},
    {"es spa ", {"Spanish", "Kihispania"}},
    {"de deu ger ", {"German", "Kijerumani"}},
    {"it ita ", {"Italian", "Kiitaliano"}},
    {"nl nld dut ", {"Dutch", "Kiholanzi"}},
    {"ru rus ", {"Russian", "Kirusi"}},
    {"tr tur ", {"Turkish", "Kituruki"}},
    {"fa fas per ", {"Persian", "Kiajemi"}},
    {"hi hin ", {"Hindi", "Kihindi"}},
    {"ur urd ", {"Urdu", "Kiurdu"}},
    {"bn ben ", {"Bengali", "Kibengali"}},
    {"gu guj ", {"Gujarati", "Kigujarati"}},
    {"zh zho chi ", {"Chinese", "Kichina"}},
    {"ja jpn ", {"Japanese", "Kijapani"}},
    {"ko kor ", {"Korean", "Kikorea"}},
    {"vi vie ", {"Vietnamese", "Kivietinamu"}},
    {"th tha ", {"Thai", "Kitai"}},
    {"id ind ", {"Indonesian", "Kiindonesia"}},
};

const char *mzg_language_name(enum mzg_tongue t, const char *code, size_t n)
{
    size_t primary = 0;
    while (primary < n && code[primary] != '-' && code[primary] != '_')
        primary++;
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        for (const char *c = languages[i].codes; *c; c += strcspn(c, " ") + 1) {
            if (strcspn(c, " ") == primary && strncasecmp(c, code, primary) == 0)
                return languages[i].names[t];
        }
    }
    return NULL;
}
