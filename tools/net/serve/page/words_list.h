/* words_list.h: every sentence of the page: its name, English, Swahili.
 *
 * For whoever translates: {0} and {1} stand for a number, a date or a name and may change places. HTML's
 * characters can be written as they are; \u00a0 is a space that no line is broken at. A third language is a
 * third column here, a row in tongue.c, and a column in languages.c. */
#ifndef MZG_PAGE_WORDS_LIST_H
#define MZG_PAGE_WORDS_LIST_H

#define MZG_WORDS_LIST(W) \
    /* the frame */ \
    W(TITLE, "AI models on this server", "Modeli za AI kwenye seva hii") \
    W(INTRO, "Choose a model, download it, and use it without the internet.", \
      "Chagua modeli, ipakue, kisha itumie bila intaneti.") \
    W(SKIP, "Skip to the content", "Ruka hadi kwenye maudhui") \
    W(LANGUAGE_NAV, "Language of this page", "Lugha ya ukurasa huu") \
    W(BACK, "All models", "Modeli zote") \
    W(FOOTER, "Served by mzigo {0}. No scripts, no tracking, nothing from the internet.", \
      "Inahudumiwa na mzigo {0}. Hakuna skripti, ufuatiliaji, wala chochote kutoka intaneti.") \
    W(NOT_FOUND, "There is no such model here", "Hakuna modeli kama hiyo hapa") \
    W(EMPTY, "There is nothing here yet", "Bado hakuna kitu hapa") \
    W(EMPTY_MORE, "Whoever keeps this server can add models to it with mzigo pack or mzigo pull.", \
      "Msimamizi wa seva hii anaweza kuongeza modeli kwa kutumia mzigo pack au mzigo pull.") \
    W(LEFT_OUT, "Not shown, because they cannot be read: {0}.", "Haijaonyeshwa kwa sababu haisomeki: {0}.") \
    W(NOT_LISTED, "Not shown, because the list is long: {0}.", "Haijaonyeshwa kwa sababu orodha ni ndefu: {0}.") \
    /* a model in the list */ \
    W(VERSION, "Version {0}", "Toleo {0}") \
    W(DOWNLOAD, "Download", "Pakua") \
    W(DETAILS, "Details and other ways to get it", "Maelezo na njia nyingine za kuipata") \
    W(DETAILS_ONLY, "Details", "Maelezo") \
    W(SIZE, "Size", "Ukubwa") \
    W(TIME, "Time to download", "Muda wa kupakua") \
    W(TIME_SHORT, "{0} on this network, {1} at 1\u00a0Mbit/s", "{0} kwenye mtandao huu, {1} kwa kasi ya 1\u00a0Mbit/s") \
    W(RUNS_ON, "Runs on", "Inafaa kwa") \
    W(QUALITY, "Quality", "Ubora") \
    W(LANGUAGES, "Languages", "Lugha") \
    W(LICENCE, "Licence", "Leseni") \
    W(LICENCE_NONE, "not stated", "haijatajwa") \
    W(OR, "or", "au") \
    /* for which device */ \
    W(PHONE, "a phone with {0}", "simu yenye {0}") \
    W(PI, "a Raspberry Pi 5 with {0}", "Raspberry Pi 5 yenye {0}") \
    W(LAPTOP, "a laptop with {0}", "kompyuta mpakato yenye {0}") \
    W(NO_DEVICE, "only a large server", "seva kubwa pekee") \
    W(NEEDS, "Needs about {0} of memory (RAM); this is an estimate.", \
      "Inahitaji takriban {0} za kumbukumbu (RAM); haya ni makadirio.") \
    /* how good a quantization is */ \
    W(GRADE_FULL, "{0} bits, full quality", "biti {0}, ubora kamili") \
    W(GRADE_8, "{0} bits, practically no loss", "biti {0}, karibu hakuna kinachopotea") \
    W(GRADE_6, "{0} bits, excellent quality", "biti {0}, ubora wa hali ya juu") \
    W(GRADE_5, "{0} bits, very good quality", "biti {0}, ubora mzuri sana") \
    W(GRADE_4, "{0} bits, good quality", "biti {0}, ubora mzuri") \
    W(GRADE_3, "{0} bits, fair quality", "biti {0}, ubora wa wastani") \
    W(GRADE_2, "{0} bits, reduced quality", "biti {0}, ubora uliopungua") \
    W(GRADE_1, "about 1 bit, low quality, for trials", "takriban biti 1, ubora wa chini, kwa majaribio") \
    /* who signed, and what is wrong */ \
    W(VERIFIED, "Verified", "Imethibitishwa") \
    W(VERIFIED_MORE, "A publisher that this server trusts has signed it.", \
      "Imetiwa sahihi na mchapishaji anayeaminiwa na seva hii.") \
    W(REFUSED, "Not verified", "Haijathibitishwa") \
    W(REFUSED_MORE, "No publisher that this server trusts has signed it. Do not use it.", \
      "Haijatiwa sahihi na mchapishaji yeyote anayeaminiwa na seva hii. Usiitumie.") \
    W(UNASKED, "Not checked", "Haijakaguliwa") \
    W(UNASKED_MORE, "This server does not know whose signatures to trust. mzigo pull checks them on your machine.", \
      "Seva hii haijui iamini sahihi za nani. mzigo pull huzikagua kwenye mashine yako.") \
    W(EXPIRED, "Expired", "Muda umekwisha") \
    W(EXPIRED_MORE, "It was valid until {0} and should no longer be used. Ask for a newer version.", \
      "Ilikuwa halali hadi {0} na haifai kutumika tena. Omba toleo jipya zaidi.") \
    W(DAMAGED, "Damaged", "Imeharibika") \
    W(DAMAGED_MORE, "A part of it is missing or spoilt on this server, so it cannot be downloaded.", \
      "Sehemu yake haipo au imeharibika kwenye seva hii, kwa hiyo haiwezi kupakuliwa.") \
    W(WHY, "What was found: {0}", "Kilichogunduliwa: {0}") \
    W(SIGNER, "Signed by the key", "Imetiwa sahihi kwa ufunguo") \
    W(CREATED, "Published", "Ilichapishwa") \
    W(EXPIRES, "Valid until", "Ni halali hadi") \
    /* a model's own page */ \
    W(ABOUT, "About this model", "Kuhusu modeli hii") \
    W(KIND, "Kind of model", "Aina ya modeli") \
    W(PARAMETERS, "Parameters", "Idadi ya vigezo") \
    W(MILLIONS, "{0} million", "milioni {0}") \
    W(BILLIONS, "{0} billion", "bilioni {0}") \
    W(CONTEXT, "Longest text", "Maandishi marefu zaidi") \
    W(TOKENS, "{0} tokens (pieces of words) at a time", "tokeni {0} (vipande vya maneno) kwa mara moja") \
    W(CHAT, "Conversation", "Mazungumzo") \
    W(CHAT_YES, "Made to answer in a conversation", "Imeandaliwa kujibu katika mazungumzo") \
    W(FILES, "Files", "Faili") \
    W(USE, "To use it, open it in a program that runs GGUF models: on a computer llama.cpp, Ollama or LM Studio, " \
           "on a phone PocketPal, for example. They work without the internet.", \
      "Ili kuitumia, ifungue kwa programu inayoendesha modeli za GGUF: kwa mfano llama.cpp, Ollama au LM Studio " \
      "kwenye kompyuta, au PocketPal kwenye simu. Hufanya kazi bila intaneti.") \
    W(PARTIAL, "This server has {0} of the {1} files.", "Seva hii ina faili {0} kati ya {1}.") \
    W(DIGEST, "SHA-256 of {0}", "SHA-256 ya {0}") \
    W(SIZE_PLAIN, "All files", "Faili zote") \
    W(SIZE_STORED, "{0} as mzigo pull fetches it, compressed", "{0} ikipakuliwa kwa mzigo pull, ikiwa imebanwa") \
    W(SPEED, "Speed", "Kasi") \
    W(BY_BROWSER, "By the button above", "Kwa kitufe cha hapo juu") \
    W(BY_PULL, "By mzigo pull", "Kwa mzigo pull") \
    W(SPEED_64K, "64 kbit/s (2G)", "64 kbit/s (2G)") \
    W(SPEED_256K, "256 kbit/s (weak 3G)", "256 kbit/s (3G dhaifu)") \
    W(SPEED_1M, "1 Mbit/s (3G)", "1 Mbit/s (3G)") \
    W(SPEED_10M, "10 Mbit/s (4G)", "10 Mbit/s (4G)") \
    W(SPEED_LAN, "This network (Wi-Fi of 50 Mbit/s)", "Mtandao huu (Wi-Fi ya 50 Mbit/s)") \
    W(WAYS, "Other ways to get it", "Njia nyingine za kuipata") \
    W(WAY_PULL, "mzigo: goes on after every break, and checks the signature with the publisher's key", \
      "mzigo: huendelea kila mtandao unapokatika, na hukagua sahihi kwa ufunguo wa mchapishaji") \
    W(WAY_OLLAMA, "Ollama: runs it on your computer; checks no signature", \
      "Ollama: huiendesha kwenye kompyuta yako; haikagui sahihi") \
    W(WAY_LLAMA, "llama.cpp: downloads the model once and runs it; it checks no signature", \
      "llama.cpp: hupakua modeli mara moja na kuiendesha; haikagui sahihi") \
    W(WAY_HF, "hf, the program of Hugging Face: downloads all files; it checks no signature", \
      "hf, programu ya Hugging Face: hupakua faili zote; haikagui sahihi") \
    W(WAY_ARIA2, "aria2: goes on after a break, and checks the file piece by piece", \
      "aria2: huendelea baada ya mtandao kukatika, na hukagua faili kipande kwa kipande") \
    W(QR, "Open this page on a phone", "Fungua ukurasa huu kwenye simu") \
    W(QR_MORE, "Point the phone's camera at the square, or type the address:", \
      "Elekeza kamera ya simu kwenye mraba huu, au andika anwani:") \
    W(ACCURACY, "Accuracy", "Usahihi") \
    W(ORIGIN, "Where it comes from", "Ilikotoka") \
    W(ORIGIN_MORE, "As the publisher recorded it; the whole record is in the", \
      "Kama mchapishaji alivyoandika; kumbukumbu yote iko kwenye") \
    W(MANIFEST, "manifest", "manifesti") \
    W(RECORD, "The record", "Kumbukumbu") \
    W(OTHERS, "Other versions", "Matoleo mengine") \
    /* amounts */ \
    W(BYTES, "{0} bytes", "baiti {0}") \
    W(KILOBYTES, "{0}\u00a0kB", "kB\u00a0{0}") \
    W(MEGABYTES, "{0}\u00a0MB", "MB\u00a0{0}") \
    W(GIGABYTES, "{0}\u00a0GB", "GB\u00a0{0}") \
    W(TERABYTES, "{0}\u00a0TB", "TB\u00a0{0}") \
    W(MOMENT, "a moment", "mara moja") \
    W(SECONDS, "{0} s", "sekunde {0}") \
    W(MINUTES, "{0} min", "dakika {0}") \
    W(HOURS, "{0} h", "saa {0}") \
    W(HOURS_MINUTES, "{0} h {1} min", "saa {0} na dakika {1}") \
    W(DAYS, "{0} days", "siku {0}") \
    W(DAYS_HOURS, "{0} days {1} h", "siku {0} na saa {1}") \
    /* dates: the day and the year are numbers */ \
    W(MONTH_1, "January", "Januari") \
    W(MONTH_2, "February", "Februari") \
    W(MONTH_3, "March", "Machi") \
    W(MONTH_4, "April", "Aprili") \
    W(MONTH_5, "May", "Mei") \
    W(MONTH_6, "June", "Juni") \
    W(MONTH_7, "July", "Julai") \
    W(MONTH_8, "August", "Agosti") \
    W(MONTH_9, "September", "Septemba") \
    W(MONTH_10, "October", "Oktoba") \
    W(MONTH_11, "November", "Novemba") \
    W(MONTH_12, "December", "Desemba")

#endif
