"""Spanish: the sense of words that claim something, and words that claim nothing; see `words_en`."""

SENSES = {
    "made": "hizo hechas produjo produce producidas fabricó fabricadas fabrica producción fabricadas"
    " hicieron produjeron completó",
    "good": "buena buenas buenos",
    "piece": "pieza piezas unidades",
    "plan": "plan planificado planificadas previsto previstas previsión",
    "met": "cumplido cumplió alcanzado alcanzó",
    "scrap": "chatarra rechazadas rechazos desechó desecharon desechadas rechazó",
    "stop": "parada paradas parado paró detenida detenido paro",
    "lost": "perdió perdieron perdidas perder perdidos pérdida pérdidas pierde perdido",
    "run": "marcha funciona funcionando va trabaja trabajando opera funcionó",
    "pace": "ritmo velocidad cadencia",
    "reason": "motivo motivos razón explicación",
    "not reason": "inexplicada inexplicadas",
    "wait": "espera esperando esperó",
    "call": "llamada llamadas ayuda",
    "hold": "retenida retenidas retenido bloqueadas",
    "safety": "seguridad",
    "person": "persona personas gente personal",
    "lack": "falta faltan faltando",
    "need": "necesaria necesario necesita necesitan",
    "material": "material",
    "staged": "preparado preparar listo",
    "order": "orden órdenes",
    "changeover": "cambio cambios",
    "standard": "estándar norma",
    "together": "total juntas conjunto en_total",
    "move": "mover trasladar pasar enviar mandar",
    "set": "marca fija",
    "due": "plazo vencimiento",
    "end": "terminar terminará termina acabará acaba",
    "begin": "empieza comienza inicio",
    "decide": "decidir decisión",
    "watch": "vigilar observar",
    "answer": "atender responder",
    "open": "abierta abierto",
    "known": "conocen conocidas conoce",
    "not known": "desconocidas desconoce desconocen",
    "told": "comunicó comunicado informó",
    "money": "dinero",
    "plus": "más por_encima subió sube subido aumentó aumento mayor superó creció adelante excedió ganó"
    " adelantada",
    "minus": "menos por_debajo bajó baja bajado disminuyó cayó menor retraso redujo reducción descendió"
    " detrás",
    "better": "mejor mejoró mejora",
    "worse": "peor empeoró mal",
    "cause": "porque debido causa causó causado por_eso provocó provocado gracias consecuencia culpa pues",
    "not": "no sin nunca nadie nada ningún ninguna ninguno jamás ni apenas",
    "may": "puede podría quizás quizá tal_vez posiblemente probablemente parece",
    "sure": "seguramente ciertamente claramente sin_duda definitivamente siempre debe garantizado",
    "super": "máximo mínimo peores mejores primero primera principal récord la_mayor la_más el_más la_menor",
    "all": "todo todos toda todas cada entero entera",
    "only": "solo sólo solamente únicamente",
    "some": "algunos algunas varios varias muchos muchas pocos pocas",
    "part": "mitad tercio cuarto mayoría minoría parcialmente",
    "ratio": "doble duplicó triple triplicó docena cientos miles",
    "since": "desde",
    "most": "hasta como_máximo",
    "after": "después",
    "before": "anterior previo antes",
    "shift": "turno",
    "still": "aún todavía sigue siguen continúa continúan",
    "again": "nuevo otra_vez",
    "yesterday": "ayer",
    "today": "hoy",
    "tomorrow": "mañana próximo pronto",
    "week": "semana semanas mes meses año",
    "hour": "día tarde noche mediodía medianoche diario",
    "now": "ahora actualmente recientemente",
    "often": "normalmente frecuentemente habitualmente constantemente",
    "from": "de del",
    "to": "a al",
    "target": "objetivo objetivos",
    "restore": "poner volver devolver",
    "cost": "costó cuesta costaron cuestan",
    "find": "buscar",
    "will": "terminará acabará",
    "was": "estaba estaban estuvo era eran fue fueron había tenía funcionó paró esperó",
    "present": "produce fabrica pierde sube baja perder",
    "approx": "unas unos aproximadamente cerca alrededor casi",
    "against": "frente comparado que respecto",
}
NEUTRAL = (
    "el la los las un una es son está están fue fueron ha han y e o en con su sus se lo le que_el había hay"
    " ser estar para por como también mientras primero_la tiene tuvo tienen"
    " quedó quedan lleva llevan duró duraron dura supone suponen quedó_en resultó fueron_a"
    " hacen hace tras entre_ellas uno esto eso este esta ese esa "
    " equivale va_al"
    " durante cuenta suma sumó era eran hubo cual cuales"
)
UNITS = {
    "time:1": "s seg segundo segundos",
    "time:60": "min minuto minutos",
    "time:3600": "h hora horas",
    "time:86400": "d días",
    "share:0.01": "%",
    "times:1": "× veces",
}
NUMBERS = "dos tres cuatro cinco seis siete ocho nueve diez once doce"

PREPOSITIONS = "de:of del:of con:of desde:from a:to al:to en:at para:for por:by"
ARTICLES = "el la los las un una su sus"
JOINING = "y e o que cual cuales como también lo se le"
HAVING = "tiene tuvo tienen"
BEING = "es son está están hay"
ASKING = ""
ORDERS = (
    "poner volver devolver buscar preparar mover trasladar pasar enviar mandar decidir vigilar observar"
    " atender responder replanificar recuperar registrar"
)
DONE = "ha han fue fueron hizo"
IS_FIRST = False
