// Keys of the vectors. Never use them.

export const XAES_KEY = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";
export const XCHACHA_KEY = "hardtack_key_v1_xcha_ZyjbTq0jAaqBqvEPuCXv0Jr27j2fejSzDFtw05weZ1Vd1Pz5";
export const SIGNING_KEY = "hardtack_key_v1_sign_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9sNBXc";
